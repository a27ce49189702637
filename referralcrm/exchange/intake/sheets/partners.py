"""A line becomes a partner, with office, profession and insurers."""

from partners.actions import intake
from partners.models.recognising import Likeness, keys_of, known, known_staged
from partners.states import Stage
from referralcrm.exchange.columns import PARTNERS
from referralcrm.exchange.intake.sheets.base import KeptReady, ids_by
from referralcrm.exchange.states import Made
from referralcrm.practice.models import Plan, User
from referralcrm.practice.permissions import Permission, roles_with

CONTACT = "contact_"
LONGEST_GREETING = 80
NOT_THEIRS = frozenset({"id"} | {field.key for field in PARTNERS.fields if field.key.startswith(CONTACT)})
NOBODY = "Nobody here signs in with this e-mail; nobody looks after the partner yet."
NO_PLAN = "Not on your list of insurers, so left out: {}."


class Partners(KeptReady):
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

    def pack(self, batch, rows):
        return intake.pack(batch, [row.values | {"line": row.line} for row in rows])

    def known_again(self, lines):
        return known_staged(lines, besides=self.run.started_at)

    def values_of(self, lines, numbers):
        return intake.rows_of(lines, numbers)

    def write_staged(self, lines, to_fill, *, by):
        gone = self._gone(lines)
        brought = intake.bring_in_staged(lines, by=by, gone=gone, at=self.run.started_at)
        brought.contacts = intake.bring_in_contacts(contacts_of(lines), by=by)
        filled = intake.fill_in({key: own(row, gone) for key, row in to_fill.items()}, by=by)
        return batches_of(brought, filled)

    def _gone(self, lines):
        """People and plans that were here as the lines were checked and are no longer."""
        here = {"owner": self.people, "backup": self.people, "plans": self.plans}
        return [
            key
            for name, known in here.items()
            if name in lines.names
            for key in intake.named_in(lines, name) - set(known.values())
        ]


def compose(values):
    """What stands in several columns and belongs into one, and the names that ours have."""
    named = values["name"] == values.get("organisation") and "family_name" not in values
    values.setdefault("is_person", not named)
    title, _, family = (values.pop(part, "") for part in ("title", "given_name", "family_name"))
    if title and family:
        values.setdefault("salutation", f"{title} {family}"[:LONGEST_GREETING])
    if "organisation" in values:
        values["office"] = values.pop("organisation")
    if second := values.pop("address_2", ""):
        values["address"] = "\n".join(filter(None, [values.get("address", ""), second]))


def own(values, gone):
    """What fills a partner in: without what only leads to one, and without who is no longer here."""
    return {name: value for name, value in values.items() if name not in NOT_THEIRS and value not in gone}


def contacts_of(lines) -> list[dict]:
    """Who else answers at these new partners' offices, where a line names somebody."""
    names = [name for name in lines.names if name.startswith(CONTACT)]
    if "contact_name" not in names:
        return []
    what = ", ".join(map(lines.cell, ["id", *names]))
    found = lines.select(what, f"AND {lines.cell('contact_name')} IS NOT NULL")
    keys = ["partner", *(name.removeprefix(CONTACT) for name in names)]
    return [{key: cell for key, cell in zip(keys, cells, strict=True) if cell} for cells in found]


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
