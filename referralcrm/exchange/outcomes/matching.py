"""Which step of which referral each row of a file means, or why it means none.

Nothing is remembered about a file: a row that was carried out finds its step taken, so the same file
a second time changes nothing.
"""

import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from referralcrm.core.refused import Refused
from referralcrm.exchange.columns import Reader, date_orders
from referralcrm.exchange.outcomes.sheet import OUTCOMES
from referralcrm.exchange.states import Outcome
from referralcrm.exchange.tables import Table, open_table
from referralcrm.practice import files
from referralcrm.practice.scope import current_practice
from referrals.models import JourneyEvent, Patient, Referral
from referrals.models.patients import normalised, record_index
from referrals.states import Direction, Journey, Verb

MOST = 2_000  # rows
TOO_MANY = f"These are more than {MOST:,} rows. Take a shorter time, a month perhaps."
VERBS = {Outcome.CAME: Verb.ATTEND, Outcome.NO_SHOW: Verb.MISS, Outcome.REBOOKED: Verb.REBOOK}
SAID = {Outcome.CAME: "Came", Outcome.NO_SHOW: "Did not come", Outcome.REBOOKED: "Rebooked"}

NOBODY = "No patient has this record number."
NOTHING_BOOKED = "Nothing is booked for this patient on this day."
BOOKED_FOR = "This patient is booked for {days}, not for this day."
SEVERAL = "Two different matters of this patient are booked for this day. Answer them on Today."
TWICE = "An earlier row says the same patient and day."


@dataclass
class Line:
    """One row: what the file says, and the referrals it sets or ``why`` it sets none."""

    number: int
    record: str
    on: date | None = None
    outcome: str = ""
    new_on: date | None = None
    referrals: list[Referral] = field(default_factory=list)
    why: str = ""
    is_so: bool = False  # it was carried out before

    @property
    def said(self) -> str:
        return SAID.get(self.outcome, "")

    @property
    def verb(self) -> Verb:
        return VERBS[self.outcome]


@dataclass
class Found:
    """What a file means now."""

    lines: list[Line]

    @property
    def to_set(self) -> list[Line]:
        return [line for line in self.lines if line.referrals]

    @property
    def unmatched(self) -> list[Line]:
        return [line for line in self.lines if line.why]

    @property
    def already(self) -> int:
        return sum(line.is_so for line in self.lines)


def table_of(kept) -> Table:
    """The table in a kept file. Raises Unreadable."""
    return open_table(io.BytesIO(b"".join(files.read(kept.file))), name="outcomes")


def find(table: Table, matched: dict[str, int]) -> Found:
    """What the rows mean under this matching. Raises Refused for too many rows, or Unreadable."""
    lines = _read(table, matched)
    booked = _Booked(lines)
    seen = set()
    for line in lines:
        if line.why:
            continue
        place = (normalised(line.record), line.on)
        if place in seen:
            line.why = TWICE
        else:
            seen.add(place)
            booked.decide(line)
    return Found(lines)


def _read(table, matched):
    practice = current_practice()
    rows = []
    for number, cells in table.rows():
        rows.append((number, cells))
        if len(rows) > MOST:
            raise Refused(TOO_MANY)
    orders = date_orders(OUTCOMES, matched, (cells for _, cells in rows), country=practice.country)
    reader = Reader(
        OUTCOMES,
        matched,
        country=practice.country,
        today=practice.today(),
        header=table.header,
        orders=orders,
    )
    return [_line(number, cells, reader.read(cells), matched) for number, cells in rows]


def _line(number, cells, row, matched):
    said = cells[matched["record_number"]] if "record_number" in matched else ""
    line = Line(number, row.values.get("record_number") or said)
    line.on, line.outcome = row.values.get("on"), row.values.get("outcome", "")
    line.new_on = row.values.get("new_on")
    line.why = " ".join(finding.text for finding in row.problems)
    return line


class _Booked:
    """The received referrals of the patients that the lines name, and what happened to them."""

    def __init__(self, lines):
        practice = current_practice()
        self._index = {line.record: record_index(practice.pk, line.record) for line in lines if line.record}
        known = Patient.objects.filter(record_index__in=set(self._index.values()))
        self._patients = {
            bytes(patient.record_index): patient.survivor.pk
            for patient in known.select_related("merged_into")
        }
        self._referrals = defaultdict(list)
        of_them = Referral.objects.kept().filter(patient__in=self._patients.values())
        for referral in of_them.filter(direction=Direction.RECEIVED).select_related("partner"):
            self._referrals[referral.patient_id].append(referral)
        self._steps = defaultdict(set)
        events = JourneyEvent.objects.filter(referral__patient__in=self._patients.values())
        for pk, before, after, day in events.values_list("referral_id", "before", "after", "happened_on"):
            self._steps[pk].add((before, after, day))

    def decide(self, line):
        """Give the line its referrals, or say why it has none."""
        patient = self._patients.get(self._index[line.record])
        if patient is None:
            line.why = NOBODY
            return
        referrals = self._referrals[patient]
        chosen = [referral for referral in referrals if _is_booked(referral, line.on)]
        if not chosen and any(self._is_so(referral, line) for referral in referrals):
            line.is_so = True
            return
        if not chosen and line.outcome == Outcome.CAME:
            chosen = [referral for referral in referrals if _may_have_come(referral, line.on)]
        if len({referral.matter for referral in chosen}) > 1:
            line.why = SEVERAL
        elif chosen:
            line.referrals = chosen
        else:
            line.why = _why_none(referrals)

    def _is_so(self, referral, line):
        """Whether this very answer was given before, here or by a file."""
        steps = self._steps[referral.pk]
        match line.outcome:
            case Outcome.CAME:
                return referral.attended_on == line.on
            case Outcome.NO_SHOW:
                return any(after == Journey.NO_SHOW and day == line.on for _, after, day in steps)
        return (Journey.SCHEDULED, Journey.ACCEPTED, line.on) in steps


def _is_booked(referral, day):
    return referral.journey == Journey.SCHEDULED and referral.appointment_on == day


def _may_have_come(referral, day):
    """A booking that nobody wrote down: late logging skips forward."""
    waits = referral.journey in {Journey.REQUESTED, Journey.ACCEPTED, Journey.SCHEDULED}
    return waits and referral.appointment_on is None and referral.happened_on <= day


def _why_none(referrals):
    days = sorted(
        referral.appointment_on
        for referral in referrals
        if referral.journey == Journey.SCHEDULED and referral.appointment_on
    )
    return BOOKED_FOR.format(days=", ".join(map(str, days))) if days else NOTHING_BOOKED
