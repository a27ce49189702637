"""A line becomes somebody else who answers at a partner's office."""

from django.db.models.functions import Lower

from partners.actions import intake
from partners.models import Contact
from referralcrm.exchange.intake.sheets.base import ReadAgain
from referralcrm.exchange.intake.sheets.offices import PartnerBook, Unclear
from referralcrm.exchange.intake.sheets.partners import batches_of
from referralcrm.exchange.states import Made

FIELDS = ("name", "role", "phone", "email", "note")


class Contacts(ReadAgain):
    what = Made.CONTACTS

    def __init__(self, run, header):
        super().__init__(run, header)
        self.book = PartnerBook(adds=run.adds_partners)

    def finish(self, row):
        values = row.values
        said = {"id": values.get("partner_id"), "name": values.get("partner", "")}
        try:
            values["partner"] = self.book.find(said | {"office": values.get("organisation", "")})
        except Unclear as unclear:
            self.refuse(row, "partner" if "partner" in self.place else "organisation", str(unclear))

    def keys(self, row):
        keys = [("contact", row.values["partner"], row.values["name"].lower())]
        return [("id", row.values["id"]), *keys] if row.values.get("id") else keys

    def known(self, rows):
        partners = {row.values["partner"] for row in rows if row.values["partner"] in self.book.offices}
        found = Contact.objects.kept().filter(partner__in=partners).annotate(lower=Lower("name"))
        known = {}
        for pk, partner, name in found.values_list("pk", "partner_id", "lower"):
            known[("id", str(pk))] = known[("contact", str(partner), name)] = str(pk)
        return known

    def write(self, to_make, to_fill, *, by):
        brought = self.book.add([row.values["partner"] for row in to_make], by=by)
        rows = [_own(row) | {"partner": self.book.key_of(row.values["partner"])} for row in to_make]
        brought.contacts = intake.bring_in_contacts(rows, by=by)
        filled = intake.fill_in_contacts({key: _own(row) for key, row in to_fill.items()}, by=by)
        batches = batches_of(brought)
        return [*batches, {"what": Made.FILLED_CONTACTS, "changed": filled}] if filled else batches


def _own(row):
    return {name: row.values[name] for name in FIELDS if name in row.values}
