"""Past referrals out of a list, thousands at once: few statements, and nobody is told.

The facts that make thanks and tasks are not sent. No date is invented: a step whose day the list does
not give leaves no event, and its date stays empty. A report of which the list says nothing is not
required, unless its day is still to come, so that old history is never suddenly overdue.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from partners.models import Terms, terms_with
from referralcrm.audit.actions import record
from referralcrm.core.crypto import new_key, wrap
from referralcrm.core.keys import new_id
from referralcrm.core.sealed import sealed_text
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referralcrm.practice.staging import as_bytes, insert_many
from referrals.actions.clock import Clock, Course
from referrals.actions.matters import join, lock_matter, settle
from referrals.models import JourneyEvent, Obligation, Patient, Referral
from referrals.states import CLOSED, DONE, SEEN, TRACK, Direction, Journey, Loop, Side

FIRST_VERSION = 1
NO_WORD = "Brought in as history, without a word of a report."
NO_DAY = "The list that was brought in says it is done, without the day."
NONE_NEEDED = "The list that was brought in says that none is needed."
LEADS_BACK = frozenset({Journey.ON_HOLD, Journey.ENTERED_IN_ERROR})  # their last event is asked for later
STEPS = TRACK[1:]
PLAIN = [
    "direction",
    "source",
    "partner",
    "organisation",
    "service",
    "discipline",
    "location",
    "clinician",
    "urgency",
    "channel",
    "happened_on",
    "next_visit_on",
    "appointment_on",
    "accepted_on",
    "scheduled_on",
    "attended_on",
    "in_care_on",
    "completed_on",
    "closed_on",
]


@dataclass
class Newcomer:
    """A patient to be added; ``key`` seals what is told about them and their referrals."""

    name: str
    birth_date: date | None = None
    record_number: str = ""
    phone: str = ""
    record_index: bytes | None = None
    person_index: bytes | None = None
    pk: str = field(default_factory=lambda: str(new_id()))
    key: bytes = field(default_factory=new_key)


@dataclass
class Past:
    """One past referral. ``patient`` is a Newcomer, or a known Patient with ``pk`` and ``data_key``.

    ``values`` are columns of Referral, foreign keys as ids; besides ``journey``, ``reason``,
    ``source_name``, ``report`` (a Loop), ``report_on`` and ``report_confirmed_on``.
    """

    patient: object
    values: dict
    pk: str = field(default_factory=lambda: str(new_id()))

    @property
    def key(self) -> bytes:
        return self.patient.key if isinstance(self.patient, Newcomer) else self.patient.data_key


@dataclass
class Brought:
    referrals: list[str] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)


@transaction.atomic
def bring_in(rows: list[Past], *, by) -> Brought:
    """Add these referrals with their patients, events and reports."""
    if not rows:
        return Brought()
    newcomers = {row.patient.pk: row.patient for row in rows if isinstance(row.patient, Newcomer)}
    _insert_patients(newcomers.values())
    _insert_referrals(rows, by)
    _insert_events(rows, by)
    _insert_reports([row for row in rows if row.values.get("partner")])
    keys = [row.pk for row in rows]
    if newcomers:
        record("imported", by=by, subjects=list(newcomers), subject_type="patient")
    record("imported", by=by, subjects=keys, subject_type="referral")
    return Brought(keys, list(newcomers))


@transaction.atomic
def join_matters(pairs):
    """Let imported referrals be of the matter of earlier ones: (id, id of the earlier) each.

    What is not the same patient and direction after all, or is in the trash, stays a matter of its own.
    """
    keys = {key for pair in pairs for key in pair}
    found = {str(row.pk): row for row in Referral.objects.not_deleted().filter(pk__in=keys)}
    for pk, earlier in pairs:
        one, other = found.get(pk), found.get(earlier)
        if one and other and (one.patient_id, one.direction) == (other.patient_id, other.direction):
            join(one, other)


@transaction.atomic
def put_back(keys, *, by) -> list[str]:
    """Put imported referrals away that nobody has worked with since; returns the keys of the others.

    Somebody has when the referral or one of its reports was saved again.
    """
    rows = Referral.objects.not_deleted().filter(pk__in=keys)
    since = Q(version__gt=FIRST_VERSION) | Q(obligations__version__gt=FIRST_VERSION)
    left = {str(pk) for pk in rows.filter(since).values_list("pk", flat=True)}
    untouched = [str(key) for key in keys if str(key) not in left]
    gone = Referral.objects.not_deleted().filter(pk__in=untouched, version=FIRST_VERSION)
    if gone.update(deleted_at=timezone.now(), version=F("version") + 1):
        note = "an import was undone"
        record("deleted", by=by, subjects=untouched, subject_type="referral", note=note)
    _settle_matters(untouched)
    return sorted(left)


def _settle_matters(gone):
    """A second referrer who was added since stands for the matter now."""
    others = Referral.objects.not_deleted().filter(matter__in=gone).order_by("matter")
    for matter in list(others.values_list("matter", flat=True).distinct()):
        lock_matter(matter)
        settle(matter)


def furthest(values) -> Journey:
    """The last step of the way that has a day."""
    return next((state for state in reversed(STEPS) if values.get(f"{state}_on")), Journey.REQUESTED)


def steps_of(values, today) -> list[tuple]:
    """(before, after, day) of every step whose day is known, beginning with the referral itself."""
    steps, before = [("", Journey.REQUESTED, values["happened_on"])], Journey.REQUESTED
    for state in STEPS:
        if day := values.get(f"{state}_on"):
            steps.append((before, state, day))
            before = state
    journey = values["journey"]
    day = values.get("closed_on") or (today if journey in LEADS_BACK else None)
    if journey != before and journey not in TRACK and day:
        steps.append((before, journey, day))
    return steps


def report_of(values, today, calendar, terms) -> dict:
    """The state, days and words of the one report of a past referral; ``waived`` is to be sealed."""
    side = Side.US if values["direction"] == Direction.RECEIVED else Side.THEM
    on, confirmed = values.get("report_on"), values.get("report_confirmed_on")
    said = values.get("report")
    if confirmed or said == Loop.ACKNOWLEDGED:
        return {"side": side, "state": Loop.ACKNOWLEDGED, "sent_on": on, "acknowledged_on": confirmed}
    if on:
        return {"side": side, "state": DONE[side], "sent_on": on}
    if said in DONE.values():
        return _waived(side, NO_DAY)
    if said == Loop.NOT_REQUIRED:
        return _waived(side, NONE_NEEDED)
    course = Course(
        journey=values["journey"],
        partner_id=values["partner"],
        attended_on=values.get("attended_on"),
        next_visit_on=values.get("next_visit_on"),
    )
    reading = Clock(course, terms, calendar).read(Obligation(side=side))
    is_past = reading["state"] == Loop.DUE and reading["due_on"] < today
    is_over = reading["state"] == Loop.NOT_DUE and values["journey"] in CLOSED | SEEN
    return _waived(side, NO_WORD) if is_past or is_over else {"side": side, **reading}


def _waived(side, why):
    return {"side": side, "state": Loop.NOT_REQUIRED, "waived": why}


def _insert_patients(newcomers):
    sealed = ("name", "birth_date", "record_number", "phone")
    columns = ["id", "wrapped_key", *(f"{name}_sealed" for name in sealed), "record_index", "person_index"]
    rows = []
    for person in newcomers:
        texts = [str(getattr(person, name) or "") for name in sealed]
        boxes = [
            sealed_text(Patient, name, person.pk, text, key=person.key)
            for name, text in zip(sealed, texts, strict=True)
        ]
        wrapped = wrap(person.key, bound_to=f"patient:{person.pk}")
        rows.append((person.pk, *map(as_bytes, (wrapped, *boxes, person.record_index, person.person_index))))
    if rows:
        insert_many(Patient, columns, rows)


def _insert_referrals(rows, by):
    defaults = {"urgency": "routine"}
    columns = ["id", "matter", "patient", *PLAIN, "journey", "journey_before", "reason_sealed"]
    cells = []
    for row in rows:
        values, key = (
            row.values,
            row.key if row.values.get("reason") or row.values.get("source_name") else b"",
        )
        before = furthest(values) if values["journey"] in LEADS_BACK else None
        cells.append(
            (
                row.pk,
                row.pk,
                row.patient.pk,
                *[values.get(name) or defaults.get(name) for name in PLAIN],
                values["journey"],
                before,
                *[
                    as_bytes(sealed_text(Referral, name, row.pk, values.get(name, ""), key=key))
                    for name in ("reason", "source_name")
                ],
            )
        )
    insert_many(Referral, [*columns, "source_name_sealed"], cells, entered_by=by and by.pk)


def _insert_events(rows, by):
    today = current_practice().today()
    cells = [(str(new_id()), row.pk, *step) for row in rows for step in steps_of(row.values, today)]
    columns = ["id", "referral", "before", "after", "happened_on"]
    insert_many(JourneyEvent, columns, cells, by=by and by.pk)


def _insert_reports(rows):
    today, calendar = current_practice().today(), Calendar(current_practice())
    terms = {str(pk): agreed for pk, agreed in terms_with({row.values["partner"] for row in rows}).items()}
    told = ["side", "state", "due_on", "due_because", "visit_on", "sent_on", "acknowledged_on"]
    told.append("not_required_because")
    cells = []
    for row in rows:
        agreed = terms.get(str(row.values["partner"]), Terms())
        report, pk = report_of(row.values, today, calendar, agreed), str(new_id())
        waived = report.get("waived")
        sealed = sealed_text(Obligation, "waived_because", pk, waived, key=row.key) if waived else b""
        cells.append((pk, row.pk, *map(report.get, told), as_bytes(sealed)))
    if cells:
        columns = ["id", "referral", *told, "waived_because_sealed"]
        insert_many(Obligation, columns, cells)
