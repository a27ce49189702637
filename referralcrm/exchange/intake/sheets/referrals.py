"""A line becomes a past referral: partner and patient found or made, the journey as far as the line tells."""

from datetime import timedelta

from partners.actions.intake import offices_called
from partners.models import Discipline
from referralcrm.exchange.intake.sheets.base import ReadAgain, ids_by
from referralcrm.exchange.intake.sheets.offices import PartnerBook, Unclear
from referralcrm.exchange.intake.sheets.partners import batches_of
from referralcrm.exchange.intake.sheets.patients import PatientBook
from referralcrm.exchange.states import Made, Unsaid
from referralcrm.practice.models import Location, Service, User
from referrals.actions import intake
from referrals.models import Referral
from referrals.states import AWAITING_BOOKING, Direction, Journey, Source

OLD = timedelta(days=90)
NOT_SEEN_YET = frozenset({Journey.REQUESTED, Journey.ACCEPTED, Journey.SCHEDULED})
DAYS = ("accepted_on", "scheduled_on", "attended_on", "in_care_on", "completed_on", "closed_on")
LATER = (*DAYS, "appointment_on", "next_visit_on", "report_on", "report_confirmed_on")
TOO_EARLY = "This is before the referral."
DRAFT = "A draft is no past referral. Log it here when it is one."
TO_WHOM = "Say to whom the patient was sent."
TO_BOOK = (
    "More than 90 days old and still to be booked: it will stand under “Not yet booked” on Today. "
    "Say in the file how it ended, if it did."
)
NOT_LISTED = "This is not on your list, so it was left out."
OF_THE_PARTNER = ("id", "name", "email", "phone", "identifier", "discipline")


class Referrals(ReadAgain):
    what = Made.REFERRALS

    def __init__(self, run, header):
        super().__init__(run, header)
        self.book = PartnerBook(adds=run.adds_partners)
        self.patients = PatientBook(self.practice)
        self.today = self.practice.today()
        people = User.objects.of(self.practice)
        self.lists = {
            "service": ids_by(Service.objects.all()),
            "location": ids_by(Location.objects.all()),
            "discipline": ids_by(Discipline.objects.all()),
            "clinician": ids_by(people) | ids_by(people, "email"),
        }

    def finish(self, row):
        values = row.values
        values.setdefault("direction", self.run.direction)
        self._find_partner(row)
        self._find_in_lists(row)
        happened = values["happened_on"]
        for key in LATER:
            if (day := values.get(key)) and day < happened:
                self.refuse(row, key, TOO_EARLY)
        if values.get("journey") == Journey.DRAFT:
            self.refuse(row, "journey", DRAFT)
        values["journey"] = values.get("journey") or self._journey(values)
        if values["journey"] == Journey.COMPLETED and values.get("completed_on"):
            values.setdefault("closed_on", values["completed_on"])
        if self._is_to_be_booked(values) and self._is_old(values):
            self.warn(row, "journey", TO_BOOK)
        if not row.bad:
            self.patients.note(row)
            self._note_matter(values)

    def _note_matter(self, values):
        """A line that is of another line's matter, as our own exports say, makes that one of several."""
        matter, own = values.get("matter"), values.get("id")
        if matter and own and matter != own:
            self.matters.setdefault(matter, None)

    def recognise(self, rows):
        super().recognise(rows)
        for row in rows:
            if row.match and (matter := row.values.get("matter")) in self.matters:
                self.matters[matter] = self.matters[matter] or row.match

    def _find_partner(self, row):
        values = row.values
        said = {key: values.get(f"partner_{key}") for key in OF_THE_PARTNER} | {"name": values.get("partner")}
        said["office"] = values.get("organisation")
        said = {key: value for key, value in said.items() if value}
        by_partner = values.get("source", Source.PARTNER) == Source.PARTNER
        values["partner"] = None
        if by_partner and {"id", "name", "email", "identifier", "office"} & set(said):
            try:
                values["partner"] = self.book.find(said)
                values["source"] = Source.PARTNER
                if doubt := self.book.doubt_of(values["partner"]):
                    self.warn(row, "partner", doubt)
                return
            except Unclear as unclear:
                self.refuse(row, "partner" if "partner" in self.place else "organisation", str(unclear))
        elif values["direction"] == Direction.SENT:
            self.refuse(row, "partner", TO_WHOM)
        elif by_partner:
            values["source"] = Source.UNKNOWN

    def _find_in_lists(self, row):
        for name, known in self.lists.items():
            if not (said := row.values.get(name)):
                continue
            if found := known.get(said.lower()):
                row.values[name] = found
            else:
                del row.values[name]
                self.warn(row, name, NOT_LISTED)
        if "location" not in row.values and len(self.lists["location"]) == 1:
            row.values["location"] = next(iter(self.lists["location"].values()))

    def _journey(self, values):
        """How far the days of a line lead; what is long ago and led nowhere is over, if a person said so."""
        furthest = intake.furthest(values)
        if furthest in NOT_SEEN_YET and self._is_old(values) and self.run.unsaid == Unsaid.OVER:
            return Journey.COMPLETED
        if furthest == Journey.REQUESTED and values.get("appointment_on"):
            return Journey.SCHEDULED
        return furthest

    def _is_to_be_booked(self, values):
        return values["direction"] == Direction.RECEIVED and values["journey"] in AWAITING_BOOKING

    def _is_old(self, values):
        return self.today - values["happened_on"] > OLD

    def keys(self, row):
        values = row.values
        what = ("referral", values["direction"], values["happened_on"], values["partner"])
        keys = [(*what, patient) for patient in self.patients.keys(row)]
        return [("id", values["id"]), *keys] if values.get("id") else keys

    def look_up(self, rows):
        self.patients.look_up(rows)
        for row in rows:
            if problem := self.patients.problem(row):
                self.refuse(row, *problem)

    def known(self, rows):
        """Referrals of the same patients and days, by all that a line may be recognised by."""
        found = {}
        patients = [pk for row in rows if (pk := self.patients.known_pk(row))]
        asked = ["pk", "direction", "happened_on", "partner_id", "patient_id"]
        for pk, *what, patient in _kept().filter(patient__in=patients).values_list(*asked):
            found[("referral", *_texts(what), ("id", str(patient)))] = str(pk)
        ids = [row.values["id"] for row in rows if row.values.get("id")]
        found |= {("id", str(pk)): str(pk) for pk in _kept().filter(pk__in=ids).values_list("pk", flat=True)}
        return found | self._nameless(rows)

    def _nameless(self, rows):
        """Those whose patient has neither record number nor birth date: only the name can tell."""
        days = {row.values["happened_on"] for row in rows if self.patients.is_only_named(row)}
        if not days:
            return {}
        referrals = _kept().filter(
            happened_on__in=days, patient__record_index=None, patient__person_index=None
        )
        return {
            (
                "referral",
                *_texts([referral.direction, referral.happened_on, referral.partner_id]),
                self.patients.by_name(referral.patient.name),
            ): str(referral.pk)
            for referral in referrals.select_related("patient")
        }

    def write(self, to_make, to_fill, *, by):
        brought = self.book.add([row.values["partner"] for row in to_make], by=by)
        places, organisations = offices_called(row.values.get("organisation", "") for row in to_make)
        past = [self._past(row, places) for row in to_make]
        made = intake.bring_in(past, by=by)
        intake.join_matters(self._matters_of(past))
        brought.organisations += organisations
        batches = batches_of(brought)
        batches += [{"what": Made.REFERRALS, "made": made.referrals}] if made.referrals else []
        return batches + ([{"what": Made.PATIENTS, "made": made.patients}] if made.patients else [])

    def _matters_of(self, past):
        """(referral, an earlier one of the same matter) of those that just came in."""
        pairs = []
        for made in past:
            if (matter := made.values.get("matter")) in self.matters:
                earlier = self.matters[matter] = self.matters[matter] or made.pk
                pairs.append((made.pk, earlier))
        return [(pk, earlier) for pk, earlier in pairs if pk != earlier]

    def _past(self, row, places):
        values = row.values
        partner = values["partner"] and self.book.key_of(values["partner"])
        office = places.get(values.get("organisation", "").lower())
        office = office or (partner and self.book.offices[partner])
        return intake.Past(self.patients.of(row), values | {"partner": partner, "organisation": office})


def _kept():
    return Referral.objects.not_deleted()


def _texts(what):
    direction, day, partner = what
    return direction, day, partner and str(partner)
