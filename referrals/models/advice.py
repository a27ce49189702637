"""Questions between clinicians, in either direction, without passing the patient on."""

from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from partners.models import Contact, Discipline, Organisation, Partner
from referralcrm.core.crypto import new_key, unwrap, wrap
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import Location, PracticeOwned, User, scoped
from referralcrm.practice.places import shown_at
from referrals.models.referrals import Referral
from referrals.states import AdviceChannel, AdviceDirection, AdviceKind, AdviceStep


class AdviceQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash, and neither is its partner."""
        return self.filter(deleted_at__isnull=True, partner__deleted_at__isnull=True)

    def open(self):
        """Neither answered nor withdrawn."""
        return self.kept().filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def answered(self):
        return self.kept().filter(answered_at__isnull=False)

    def received(self):
        """Those we were asked."""
        return self.filter(direction=AdviceDirection.RECEIVED)

    def sent(self):
        """Those we asked."""
        return self.filter(direction=AdviceDirection.SENT)

    def of(self, person):
        """A person's own, and those that are nobody's in particular."""
        return self.filter(Q(owner=person) | Q(owner__isnull=True))

    def at(self, location):
        """What shows at a Location (None for everywhere)."""
        return self.filter(shown_at(location))

    def waiting_for_us(self, now):
        """Open, and ours to do something about: to answer, or to ask after once their promise has passed."""
        ours = Q(direction=AdviceDirection.RECEIVED)
        return self.open().filter(ours | Q(direction=AdviceDirection.SENT, promised_by__lt=now))

    def most_pressing_first(self):
        """By the moment promised; what nobody promised comes last, the oldest first."""
        return self.order_by(F("promised_by").asc(nulls_last=True), "asked_at", "id")

    def as_json(self):
        """Each question as one JSON value, to be read within another query; ``from_json`` makes it a row."""
        columns = {field.attname: field.attname for field in self.model._meta.concrete_fields}
        partner = {name: f"partner__{name}" for name in ("name", "is_person", "phone")}
        partner |= {name: f"partner__{name}__name" for name in ("discipline", "organisation")}
        return self.values(row=JSONObject(**columns, owner="owner__name", partner=JSONObject(**partner)))

    def with_everyone(self):
        return self.select_related("partner__discipline", "partner__organisation", "contact", "owner")


class AdviceRequest(PracticeOwned):
    """One question. It needs no patient; what was typed all the same is sealed with a key of the row's own.

    ``owner`` is our clinician: who answers, or who asked. A promise is ours on what we were asked, and
    theirs, when they made one, on what we asked.
    """

    direction = models.CharField(
        max_length=8, choices=AdviceDirection, default=AdviceDirection.RECEIVED, editable=False
    )
    kind = models.CharField(max_length=12, choices=AdviceKind, default=AdviceKind.MANAGEMENT)
    channel = models.CharField(max_length=10, choices=AdviceChannel, blank=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="who there"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    promised_by = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    next_step = models.CharField(max_length=12, choices=AdviceStep, blank=True)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(
        Referral, null=True, blank=True, on_delete=models.SET_NULL, related_name="advice"
    )
    entered_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    wrapped_key = models.BinaryField(editable=False)
    question_sealed = SealedField()
    answer_sealed = SealedField()
    letter_sealed = SealedField()
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    question = Sealed("question_sealed")
    answer = Sealed("answer_sealed")
    letter = Sealed("letter_sealed")  # the respectful question on paper, as it was written

    objects = scoped(AdviceQuerySet)

    class Meta:
        verbose_name = "question"
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["practice", "promised_by", "asked_at"],
                name="advice_open",
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True, deleted_at__isnull=True),
            ),
            models.Index(fields=["practice", "partner", "-asked_at"], name="advice_by_partner"),
            models.Index(fields=["practice", "-asked_at"], name="advice_newest"),
            models.Index(fields=["practice", "referral"], name="advice_of_referral"),
            trash.index("advice_in_trash"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
                name="advice_answered_after_asked",
            ),
            models.CheckConstraint(
                condition=Q(promised_by__isnull=True) | Q(promised_by__gte=F("asked_at")),
                name="advice_promised_after_asked",
            ),
            models.CheckConstraint(
                condition=Q(direction=AdviceDirection.SENT) | Q(promised_by__isnull=False),
                name="advice_we_promise_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="advice_ends_once",
            ),
        ]

    def __str__(self):
        return f"question {self.pk}"

    def get_absolute_url(self):
        return reverse("referrals:advice_request", args=[self.pk])

    @classmethod
    def from_json(cls, told: dict):
        """The question that ``as_json`` told, with as much of its partner and owner as a list shows."""
        fields = {field.attname: _read(field, told[field.attname]) for field in cls._meta.concrete_fields}
        row, partner = cls(**fields), told["partner"]
        names = {name: partner.pop(name) for name in ("discipline", "organisation")}
        row.partner = Partner(pk=row.partner_id, **partner)
        row.partner.discipline = Discipline(name=names["discipline"]) if names["discipline"] else None
        row.partner.organisation = Organisation(name=names["organisation"]) if names["organisation"] else None
        row.owner = User(pk=row.owner_id, name=told["owner"]) if row.owner_id else None
        return row

    @cached_property
    def data_key(self) -> bytes:
        """This row's own key, unwrapped; made when the row is new. Raises Tampered."""
        place = f"advice:{self.pk}"
        if not self.wrapped_key:
            key = new_key()
            self.wrapped_key = wrap(key, bound_to=place)
            return key
        return unwrap(self.wrapped_key, bound_to=place)

    @property
    def is_ours(self) -> bool:
        """Whether the answer is ours to give."""
        return self.direction == AdviceDirection.RECEIVED

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    @property
    def asker(self) -> str:
        """Who there asked or was asked: the contact with the partner, or the partner."""
        return f"{self.contact.name}, {self.partner.name}" if self.contact else self.partner.name


def listed_questions() -> ArraySubquery:
    """The questions about a referral, or of which it came, for ``annotate``; the oldest first."""
    asked = AdviceRequest.objects.kept().filter(referral=OuterRef("pk")).order_by("asked_at", "id")
    return ArraySubquery(asked.values(row=JSONObject(id="id", direction="direction")))


def _read(field, value):
    """A value of a column as JSON tells it: bytes are hexadecimal there, moments and ids are text."""
    if value is not None and isinstance(field, models.BinaryField):
        return bytes.fromhex(value.removeprefix("\\x"))
    return field.to_python(value)
