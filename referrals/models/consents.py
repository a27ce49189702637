"""What a patient allows us to pass on, and who else treats them; words follow FHIR's Consent and CareTeam.

Both are noted on a referral and belong to its patient: where the referral goes, when two records turn out to
be one patient, they go along.
"""

from datetime import date, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from partners.models import Partner
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, User, scoped
from referralcrm.practice.scope import current_practice
from referrals.models.attachments import Attachment
from referrals.models.loop import Obligation
from referrals.models.patients import Patient
from referrals.models.referrals import Referral
from referrals.states import (
    CONSENT_ENDS_SOON,
    UNCOUNTED,
    WAITING,
    CareRole,
    ConsentHow,
    ConsentScope,
    ConsentTo,
    Journey,
)


class NotedQuerySet(models.QuerySet):
    """Rows that are noted on a referral and belong to its patient."""

    def of(self, patient):
        """A patient's, whichever of their referrals they were noted on; not on one that was a mistake."""
        rows = self.filter(referral__patient=patient, referral__deleted_at__isnull=True)
        return rows.exclude(referral__journey=Journey.ENTERED_IN_ERROR)


class ConsentQuerySet(NotedQuerySet):
    def current(self, on):
        """Given, not over and not withdrawn on this day."""
        over = Q(until__isnull=False, until__lt=on)
        return self.filter(given_on__lte=on, withdrawn_at__isnull=True).exclude(over)

    def naming(self, partner):
        """Those that cover this recipient: named, the referral's other side, or on the care team."""
        patient = OuterRef("referral__patient")
        noted = CareTeamMember.objects.kept().filter(referral__patient=patient, partner=partner)
        passed_on = Referral.objects.kept().filter(patient=patient, partner=partner)
        return self.filter(
            Q(to=ConsentTo.PARTNER, partner=partner)
            | Q(to=ConsentTo.OTHER_SIDE, referral__partner=partner)
            | Q(Exists(noted) | Exists(passed_on), to=ConsentTo.CARE_TEAM)
        )

    def to_renew(self, today):
        """Current ones to reports that end within 14 days while something still goes to whom they name.

        That is: a report of ours is still to come there, or they are on the patient's care team; and no
        consent that lasts longer names them.
        """
        named = Case(When(to=ConsentTo.PARTNER, then="partner"), default="referral__partner")
        ends = (today, today + timedelta(days=CONSENT_ENDS_SOON))
        rows = self.current(today).filter(until__range=ends, scope__contains=[ConsentScope.REPORT])
        rows = _counting(rows).alias(named=named)
        # an array is asked for once; IN would become a join, and be asked again for each row of another
        ending = ArraySubquery(rows.filter(_is_still_needed(today)).order_by().values("pk"))
        is_one = {"template": "%(expressions)s)", "arg_joiner": " = ANY("}
        return self.filter(Func(F("pk"), ending, **is_one, output_field=models.BooleanField()))

    def as_json(self):
        """Each as one JSON value, to be read within another query; ``Consent.from_json`` makes it a row."""
        columns = {name: name for name in ("id", "scope", "to", "until", "partner_id", "referral_id")}
        patient = {name: f"referral__patient__{name}" for name in PATIENT}
        names = {"partner": "partner__name", "other_side": "referral__partner__name"}
        return self.values(row=JSONObject(**columns, **names, patient=JSONObject(**patient)))


PATIENT = ("id", "wrapped_key", "name_sealed", "record_number_sealed", "record_index")  # what a label takes


def _is_still_needed(today):
    """Of a consent with the alias ``named``: nothing has renewed it, and something still goes there.

    A CASE is asked of the few consents that end. As conditions of their own these would become joins,
    whose order Postgres guesses badly for tables it has not yet analysed: minutes instead of nothing.
    """
    patient = OuterRef("referral__patient")
    promised = Obligation.objects.ours().filter(state__in=sorted(WAITING), referral__patient=patient)
    promised = _counting(promised)
    team = CareTeamMember.objects.kept().of(patient).filter(partner__isnull=False)
    anywhere = Exists(promised) | Exists(team)
    there = Exists(promised.filter(referral__partner=OuterRef("named")))
    there |= Exists(team.filter(partner=OuterRef("named")))
    return Case(
        When(Exists(_renewed(today)), then=False),
        When(Q(anywhere, to=ConsentTo.CARE_TEAM), then=True),
        When(~Q(to=ConsentTo.CARE_TEAM) & there, then=True),
        default=False,
        output_field=models.BooleanField(),
    )


def _counting(rows):
    """Of referrals that count."""
    rows = rows.filter(referral__deleted_at__isnull=True)
    return rows.exclude(referral__journey__in=sorted(UNCOUNTED))


def _renewed(today):
    """Consents of the same patient that name the same recipient, or all who treat them, for longer."""
    longer = Consent.objects.of(OuterRef("referral__patient")).current(today)
    longer = longer.filter(Q(until__isnull=True) | Q(until__gt=OuterRef("until")))
    return longer.filter(
        Q(to=ConsentTo.CARE_TEAM)
        | Q(to=ConsentTo.PARTNER, partner=OuterRef("named"))
        | Q(to=ConsentTo.OTHER_SIDE, referral__partner=OuterRef("named")),
        scope__contains=[ConsentScope.REPORT],
    )


class Consent(PracticeOwned):
    """What may be passed on, to whom, from ``given_on`` until ``until`` (None: until it is withdrawn)."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="consents")
    scope = ArrayField(models.CharField(max_length=10, choices=ConsentScope))
    to = models.CharField(max_length=10, choices=ConsentTo)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()
    until = models.DateField(null=True)
    given_how = models.CharField(max_length=10, choices=ConsentHow)
    paper = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")  # what they said about it
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ConsentQuerySet)

    class Meta:
        ordering = ["given_on", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="consent_of_referral"),
            models.Index(
                fields=["practice", "until"],
                name="consent_ends",
                condition=Q(until__isnull=False, withdrawn_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(to=ConsentTo.PARTNER, partner__isnull=False)
                | (~Q(to=ConsentTo.PARTNER) & Q(partner__isnull=True)),
                name="consent_names_its_partner",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("given_on")),
                name="consent_ends_after_it_began",
            ),
            models.CheckConstraint(condition=Q(scope__len__gt=0), name="consent_says_what"),
        ]

    def __str__(self):
        return f"consent of {self.given_on}"

    @classmethod
    def from_json(cls, told: dict):
        """The consent that ``as_json`` told, with as much of its patient and recipient as a list shows."""
        row = cls(id=told["id"], scope=told["scope"], to=told["to"], partner_id=told["partner_id"])
        row.until = date.fromisoformat(told["until"])
        key, *sealed = (told["patient"][name] for name in PATIENT)
        opened = {name: _bytes(value) for name, value in zip(PATIENT[1:], sealed, strict=True)}
        row.referral = Referral(pk=told["referral_id"], patient=Patient(pk=UUID(key), **opened))
        row.referral.partner = Partner(name=told["other_side"]) if told["other_side"] else None
        if row.partner_id:
            row.partner = Partner(pk=row.partner_id, name=told["partner"])
        return row

    @property
    def patient(self):
        """Whose consent it is, and whose key seals the words."""
        return self.referral.patient

    @property
    def what(self) -> list[str]:
        """What may be passed on, as labels, in their usual order."""
        return [scope.label for scope in ConsentScope if scope in self.scope]

    @property
    def whom(self) -> str:
        """To whom, in words."""
        match self.to:
            case ConsentTo.PARTNER:
                return self.partner.name
            case ConsentTo.OTHER_SIDE:
                return self.referral.other_side
        return self.get_to_display()

    @property
    def days_left(self) -> int | None:
        """Days until its last one; negative when that has passed, None when it has none."""
        return (self.until - current_practice().today()).days if self.until else None

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.days_left < 0

    @property
    def is_current(self) -> bool:
        return self.withdrawn_at is None and not self.is_over and self.given_on <= current_practice().today()

    @property
    def ends_soon(self) -> bool:
        return self.is_current and self.until is not None and self.days_left <= CONSENT_ENDS_SOON

    @property
    def can_be_reinstated(self) -> bool:
        """Withdrawn by mistake: it can stand again for 30 days."""
        return self.withdrawn_at is not None and self.withdrawn_at >= trash.oldest_restorable()


def _bytes(told):
    """What Postgres tells in JSON of a column of bytes."""
    return told and bytes.fromhex(told.removeprefix("\\x"))


class CareTeamQuerySet(NotedQuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True)


class CareTeamMember(PracticeOwned):
    """Another clinician of the patient. Without a ``partner`` it says that the patient has none."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="care_team")
    role = models.CharField(max_length=14, choices=CareRole)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(CareTeamQuerySet)

    class Meta:
        ordering = ["noted_at", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="care_team_of_referral"),
            models.Index(fields=["practice", "partner"], name="care_team_by_partner"),
            trash.index("care_team_in_trash"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False) | Q(role=CareRole.PRIMARY_CARE),
                name="care_team_none_is_primary_care",
            ),
        ]

    def __str__(self):
        who = self.partner.name if self.partner_id else "nobody"
        return f"{self.get_role_display()}: {who}"

    @property
    def patient(self):
        return self.referral.patient

    @property
    def has_none(self) -> bool:
        """Whether this says that the patient has no such clinician."""
        return self.partner_id is None
