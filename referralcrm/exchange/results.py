"""What an import found and made, as its pages show it."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Func, IntegerField
from django.urls import reverse

from partners.models import Contact, Partner
from referralcrm.core.templatetags.house import day
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import Level, Made, Sheet
from referrals.models import Referral

TITLES = {Level.BAD: "Stay out", Level.ALIKE: "May be here already", Level.WARNING: "Worth a look"}
ROWS = {Sheet.PARTNERS: Made.PARTNERS, Sheet.CONTACTS: Made.CONTACTS, Sheet.REFERRALS: Made.REFERRALS}

SHOWN = 50  # names of rows that stay


@dataclass(frozen=True)
class Found:
    """One kind of note and how many lines have one."""

    level: str
    title: str
    count: int


def levels(run: Import) -> list[Found]:
    """The kinds of notes that this import has."""
    counts = {Level.BAD: run.bad, Level.ALIKE: run.alike, Level.WARNING: run.warnings}
    return [Found(level, TITLES[level], count) for level, count in counts.items() if count]


def level_asked_for(asked, found) -> str:
    """The kind to show: the one asked for when there are such notes, else the first."""
    there = [each.level for each in found]
    return asked if asked in there else next(iter(there), Level.BAD)


def complete(page, run):
    """Give the notes of a page the heading of their column and the row they may be the same as."""
    known = named(ROWS[Sheet(run.sheet)], [note.match for note in page if note.match])
    for note in page:
        note.heading = run.header[note.column] if note.column is not None else ""
        note.words = " · ".join(filter(None, note.cells))
        note.known = known.get(str(note.match))


@dataclass(frozen=True)
class Named:
    """A row by the words and the address it has here."""

    name: str
    why: str
    url: str


def named(what, keys) -> dict[str, Named]:
    """The rows of this kind (Made) with these keys; those that are gone are left out."""
    return READERS[what](keys) if keys else {}


def _partners(keys):
    rows = Partner.objects.kept().with_office().filter(pk__in=keys)
    return {str(row.pk): Named(row.name, row.line, _partner(row.pk)) for row in rows}


def _contacts(keys):
    rows = Contact.objects.kept().select_related("partner").filter(pk__in=keys)
    return {str(row.pk): Named(row.name, row.partner.name, _partner(row.partner_id)) for row in rows}


def _referrals(keys):
    rows = Referral.objects.not_deleted().with_everyone().filter(pk__in=keys)
    return {
        str(row.pk): Named(f"{row.other_side}, {day(row.happened_on)}", row.direction, row.get_absolute_url())
        for row in rows
    }


def _partner(key):
    return reverse("partners:detail", args=[key])


READERS = {
    Made.PARTNERS: _partners,
    Made.FILLED: _partners,
    Made.CONTACTS: _contacts,
    Made.FILLED_CONTACTS: _contacts,
    Made.REFERRALS: _referrals,
}


def kept(run: Import) -> list[Named]:
    """The first rows that an undoing left alone."""
    found = []
    for batch in run.batches.filter(what__in=list(READERS)).exclude(kept=[])[:SHOWN]:
        found += named(Made(batch.what), batch.kept[:SHOWN]).values()
    return found[:SHOWN]


class Came:
    """The rows an import made, in order, as something to page through: batches hold only their keys."""

    def __init__(self, run: Import):
        self.what = ROWS[Sheet(run.sheet)]
        self.batches = run.batches.filter(what=self.what).order_by("number")

    @cached_property
    def sizes(self):
        size = Func("made", function="CARDINALITY", output_field=IntegerField())
        return list(self.batches.annotate(size=size).values_list("pk", "size"))

    def __len__(self):
        return sum(size for _, size in self.sizes)

    def __getitem__(self, wanted):
        keys, at = [], 0
        for pk, size in self.sizes:
            if at < wanted.stop and wanted.start < at + size:
                made = self.batches.values_list("made", flat=True).get(pk=pk)
                keys += made[max(0, wanted.start - at) : wanted.stop - at]
            at += size
        found = named(self.what, keys)
        return [found.get(str(key)) for key in keys]
