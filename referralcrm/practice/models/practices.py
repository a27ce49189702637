"""The practice, its people, and the small lists it keeps."""

import zoneinfo
from datetime import time

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django_scopes import ScopedManager

from referralcrm.core.keys import new_id
from referralcrm.practice import trash
from referralcrm.practice.permissions import GRANTS
from referralcrm.practice.scope import current_practice_id
from referralcrm.practice.states import Role, Weekday


def valid_zone(name):
    """Raise ValidationError unless ``name`` is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone from the list, such as Europe/Dublin.")


def weekdays():
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


class Practice(models.Model):
    """The clinic that owns its rows. The list of practices carries no row-level security."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="Europe/London", validators=[valid_zone])
    country = models.CharField("country", max_length=2, default="GB")
    region = models.CharField("state or region", max_length=10, blank=True)
    reply_to = models.EmailField("answers go to", blank=True)
    working_days = ArrayField(models.SmallIntegerField(choices=Weekday), default=weekdays)
    opens_at = models.TimeField(default=time(8))
    closes_at = models.TimeField(default=time(18))
    inner_circle_size = models.PositiveSmallIntegerField("people in the inner circle, at most", default=15)
    calls_before_unreachable = models.PositiveSmallIntegerField(
        "calls without an answer, until a patient counts as unreachable",
        default=3,
        db_default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    advice_days = models.PositiveSmallIntegerField(
        "working days until a colleague’s question is answered",
        default=1,
        db_default=1,
        validators=[MaxValueValidator(20)],
    )
    advice_urgent_hours = models.PositiveSmallIntegerField(
        "working hours until an urgent question is answered",
        default=2,
        db_default=2,
        validators=[MinValueValidator(1), MaxValueValidator(40)],
    )
    portal_days = models.PositiveSmallIntegerField(
        "days a link to a report opens it",
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="practice_opens_before_it_closes"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def now(self):
        """This instant, as a date and time in the practice's own zone."""
        return timezone.now().astimezone(self.zone)

    def today(self):
        """The date on the practice's wall."""
        return self.now().date()


def scoped(queryset_class):
    """The manager of a domain model: raises outside a practice, and speaks ``queryset_class``."""
    return ScopedManager(practice="practice", _manager_class=models.Manager.from_queryset(queryset_class))


class PracticeOwned(models.Model):
    """The base of every domain row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, default=current_practice_id, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class Plentiful(PracticeOwned):
    """A domain row of which a practice has very many, and a list brings in thousands at once.

    The wall's key (practice, id) finds a practice's rows; an index of the practice alone only costs.
    """

    practice = models.ForeignKey(
        Practice,
        on_delete=models.CASCADE,
        default=current_practice_id,
        editable=False,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True


class UserQuerySet(models.QuerySet):
    def of(self, practice):
        """The people of one practice; users carry no row-level security, so every list asks for this."""
        return self.filter(practice=practice)

    def active(self):
        return self.filter(is_active=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """A person of a practice; without a password they cannot sign in until they set one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works at the practice. Signs in by e-mail; users carry no row-level security."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, editable=False, related_name="people")
    email = models.EmailField("e-mail")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role, default=Role.STAFF)
    sees_patients = models.BooleanField("treats patients", default=False)
    credentials = models.CharField("letters after the name", max_length=80, blank=True)
    special_interests = ArrayField(models.CharField(max_length=60), default=list, db_default=[], blank=True)
    telehealth = models.BooleanField("also sees people by video or phone", default=False, db_default=False)
    about = models.TextField("a few words for partners", max_length=600, blank=True, db_default="")
    home_location = models.ForeignKey(
        "practice.Location", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    away_from = models.DateField(null=True, blank=True)
    away_to = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    usual_views = models.JSONField(default=dict, editable=False)  # list → key of the view it opens in
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Somebody already signs in with this e-mail.",
            ),
            models.CheckConstraint(
                condition=models.Q(away_from__isnull=True)
                | models.Q(away_to__isnull=True)
                | models.Q(away_from__lte=models.F("away_to")),
                name="user_leaves_before_coming_back",
                violation_error_message="The first day away is before the last.",
            ),
        ]

    def __str__(self):
        return self.name

    def may(self, permission) -> bool:
        """Whether this person's role grants ``permission``."""
        return self.is_active and permission in GRANTS[self.role]

    def is_away(self, on) -> bool:
        """Whether the person is away on the date ``on``."""
        return bool(self.away_from and self.away_from <= on and (self.away_to is None or on <= self.away_to))


class ActiveQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Listed(PracticeOwned):
    """A row of one of the practice's own lists: a name that is there once, retired and never deleted."""

    LONGEST_NAME = 80

    name = models.CharField(max_length=LONGEST_NAME)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ActiveQuerySet)

    class Meta:
        abstract = True
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "practice",
                Lower("name"),
                name="%(class)s_name_once",
                violation_error_message="There is already one with this name.",
            )
        ]

    def __str__(self):
        return self.name


class Location(Listed):
    """A place where we work; letters about a patient seen here are signed with its address."""

    address = models.TextField(max_length=300, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField("e-mail", blank=True)
    is_active = models.BooleanField("in use", default=True)


class Service(Listed):
    """Something we offer, and what a received referral is for."""

    telehealth = models.BooleanField("also by video or phone", default=False)
    is_active = models.BooleanField("offered now", default=True)


class Plan(Listed):
    """An insurance plan or payer."""

    we_accept = models.BooleanField("we accept it", default=True)
    is_active = models.BooleanField("in use", default=True)


class ClosedDayQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)


class ClosedDay(PracticeOwned):
    """A day the practice is closed besides the public holidays of its country."""

    on = models.DateField("date")
    why = models.CharField("reason", max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(ClosedDayQuerySet)

    class Meta:
        ordering = ["on"]
        indexes = [trash.index("closedday_in_trash")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "on"],
                condition=models.Q(deleted_at__isnull=True),
                name="closed_day_once",
                violation_error_message="That day is already on the list.",
            )
        ]

    def __str__(self):
        return f"{self.on}: {self.why}"
