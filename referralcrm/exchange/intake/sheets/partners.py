"""A line becomes a partner, with office, profession and insurers."""

from partners.actions import intake
from partners.models.recognising import Likeness, keys_of, known
from partners.states import Stage
from referralcrm.exchange.columns import PARTNERS
from referralcrm.exchange.intake.sheets.base import BaseSheet, ids_by
from referralcrm.exchange.states import Made
from referralcrm.practice.models import Plan, User
from referralcrm.practice.permissions import Permission, roles_with

CONTACT = "contact_"
NOT_THEIRS = frozenset({"id"} | {field.key for field in PARTNERS.fields if field.key.startswith(CONTACT)})
NOBODY = "Nobody here signs in with this e-mail; nobody looks after the partner yet."
NO_PLAN = "Not on your list of insurers, so left out: {}."


class Partners(BaseSheet):
    what = Made.PARTNERS

    def __init__(self, run, header):
        super().__init__(run, header)
        people = User.objects.of(self.practice).active().filter(role__in=roles_with(Permission.LOG))
        self.people = ids_by(people, "email")
        self.plans = ids_by(Plan.objects.active())
        self._likeness = None

    def finish(self, row):
        values = row.values
        values["name"] = values.get("name") or values["organisation"]
        compose(values)
        self._find_people(row)
        if plans := values.pop("plans", None):
            values["plans"] = [self.plans[name.lower()] for name in plans if name.lower() in self.plans]
            if missing := [name for name in plans if name.lower() not in self.plans]:
                self.warn(row, "plans", NO_PLAN.format(", ".join(missing))[:200])
        self._settle_ending(row)

    def _find_people(self, row):
        for name in ("owner", "backup"):
            if (email := row.values.get(name)) is None:
                continue
            if found := self.people.get(email.lower()):
                row.values[name] = found
            else:
                del row.values[name]
                self.warn(row, name, NOBODY)
        if row.values.get("owner") and row.values.get("owner") == row.values.get("backup"):
            del row.values["backup"]

    def _settle_ending(self, row):
        """A relationship that has ended has a day; without an ending it has none."""
        values = row.values
        if values.get("ending"):
            values["stage"] = Stage.ENDED
        if values.get("stage") == Stage.ENDED and not values.get("ended_on"):
            self.refuse(row, "stage", "Say since when it has ended, in a column “ended on”.")
        elif values.get("stage") != Stage.ENDED:
            values.pop("ended_on", None)

    def keys(self, row):
        return keys_of(row.values)

    def known(self, rows):
        return known([row.values for row in rows])

    def liken(self, rows):
        self._likeness = self._likeness or Likeness()
        for row in rows:
            if match := self._likeness.find(row.values):
                row.match = str(match)

    def write(self, to_make, to_fill, *, by):
        brought = intake.bring_in([without_id(row) for row in to_make], by=by)
        brought.contacts = intake.bring_in_contacts(contacts_of(brought.partners, to_make), by=by)
        filled = intake.fill_in({key: without_id(row) for key, row in to_fill.items()}, by=by)
        return batches_of(brought, filled)


def compose(values):
    """What stands in several columns and belongs into one, and the names that ours have."""
    named = values["name"] == values.get("organisation") and "family_name" not in values
    values.setdefault("is_person", not named)
    for part in ("title", "given_name", "family_name"):
        values.pop(part, None)
    if "organisation" in values:
        values["office"] = values.pop("organisation")
    if second := values.pop("address_2", ""):
        values["address"] = "\n".join(filter(None, [values.get("address", ""), second]))


def without_id(row):
    """A partner's own fields. A new one gets a key of its own: the file's may be another practice's."""
    return {name: value for name, value in row.values.items() if name not in NOT_THEIRS}


def contacts_of(partners, rows) -> list[dict]:
    """Who else answers at these partners' offices, where a line names somebody."""
    return [
        {"partner": partner}
        | {
            name.removeprefix(CONTACT): value
            for name, value in row.values.items()
            if name.startswith(CONTACT)
        }
        for partner, row in zip(partners, rows, strict=True)
        if row.values.get("contact_name")
    ]


def batches_of(brought, filled=None) -> list[dict]:
    """What came of partners and the rows they stand on, as ``Batch`` keeps it."""
    made = {
        Made.PARTNERS: {"made": brought.partners, "changed": {}},
        Made.ORGANISATIONS: {"made": brought.organisations},
        Made.DISCIPLINES: {"made": brought.disciplines},
        Made.CONTACTS: {"made": brought.contacts},
        Made.FILLED: {"changed": filled or {}},
    }
    return [
        {"what": what, **parts} for what, parts in made.items() if parts.get("made") or parts.get("changed")
    ]
