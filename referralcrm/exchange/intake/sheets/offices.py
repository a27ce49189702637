"""Which partner a line speaks of, by key, provider number, e-mail or name and office."""

from collections import defaultdict
from functools import cached_property
from itertools import islice

from partners.actions import intake
from partners.models import Partner
from partners.models.recognising import name_words, sound

SEVERAL = "Several partners are called so. Say which, by their e-mail, provider number or organisation."
NOBODY = "No partner here is called so."
PERHAPS = NOBODY + " Perhaps {names} is meant: write it like that."
NEWCOMER = (
    "A new partner, perhaps the same as {names}, who is here. Write it like that, or merge the two later."
)
SUGGESTED = 2


class Unclear(ValueError):
    """It cannot be told which partner is meant. The text says why."""


class PartnerBook:
    """All partners not in the trash, to be asked about thousands of lines; a merged one is who stays.

    ``find`` answers with a partner's key, or with a text that stands for one that ``adds`` lets in and
    that ``add`` makes.
    """

    def __init__(self, *, adds):
        self.adds = adds
        self.offices = {}
        self._by = defaultdict(list)
        self._new = {}
        self._names = {}
        self._made = {}
        columns = ["id", "merged_into", "name", "email", "identifier", "is_person"]
        columns += ["organisation_id", "organisation__name"]
        rows = Partner.objects.filter(deleted_at__isnull=True).values_list(*columns)
        for pk, stays, name, email, number, is_person, office, office_name in rows:
            if stays is None:
                self.offices[str(pk)] = office and str(office)
            self._note(str(stays or pk), name, email, number, is_person, office_name or "")

    def _note(self, pk, name, email, number, is_person, office):
        self._names.setdefault(pk, name)
        names = {("id", pk), ("name", name_words(name)), ("name at", name_words(name), office.lower())}
        names |= {("e-mail", email.lower()), ("number", number)}
        if not is_person:
            names |= {("office", office.lower() or name.lower())}
        for key in names:
            if key[1] and pk not in self._by[key]:
                self._by[key].append(pk)

    def find(self, said: dict) -> str:
        """The partner of ``said``: id, name, office, email, identifier. Raises Unclear."""
        name, office = said.get("name", ""), said.get("office", "").lower()
        words = name_words(name) if name else ()
        asked = [
            ("id", said.get("id")),
            ("number", said.get("identifier")),
            ("name at", words, office),
            ("name", words),
            ("e-mail", said.get("email", "").lower()),
            ("office", "" if name else office),
        ]
        for key in asked:
            found = self._by.get(key, ()) if key[1] else ()
            if len(found) == 1:
                return found[0]
            if found and key[0] == "name":
                raise Unclear(SEVERAL)
        if not self.adds or not (name or office):
            names = self.like(name)
            raise Unclear(PERHAPS.format(names=names) if names else NOBODY)
        return self._newcomer(said)

    def doubt_of(self, found: str) -> str:
        """What to say of a partner that ``find`` lets in although somebody here is called much like it."""
        names = self.like(self._new[found]["name"]) if found in self._new else ""
        return NEWCOMER.format(names=names) if names else ""

    def like(self, name: str) -> str:
        """The first partners of whose name this is a part, or another spelling: "Dr Ann Ash or Ann Ashe"."""
        said = set(sound(name).split())
        keys = dict.fromkeys(key for word in said for key in self._sounding.get(word, ()))
        alike = (key for key in keys if (own := self._sounds[key]) <= said or said <= own)
        return " or ".join(f"“{self._names[key]}”" for key in islice(alike, SUGGESTED))

    @cached_property
    def _sounds(self):
        return {pk: set(sound(name).split()) for pk, name in self._names.items()}

    @cached_property
    def _sounding(self):
        found = defaultdict(list)
        for pk, words in self._sounds.items():
            for word in words:
                found[word].append(pk)
        return found

    def _newcomer(self, said):
        row = {name: value for name, value in said.items() if name != "id"}
        row["is_person"] = bool(said.get("name"))
        row["name"] = said.get("name") or said["office"]
        key = "new " + "\x1f".join((*name_words(row["name"]), said.get("office", "").lower()))
        self._new.setdefault(key, row)
        return key

    def add(self, keys, *, by):
        """Make the newcomers among ``keys``; returns what was made. ``find`` knows them from now on."""
        waiting = {key: self._new[key] for key in dict.fromkeys(keys) if key in self._new}
        brought = intake.bring_in(list(waiting.values()), by=by)
        offices = dict(Partner.objects.filter(pk__in=brought.partners).values_list("pk", "organisation_id"))
        offices = {str(pk): office and str(office) for pk, office in offices.items()}

        for (key, row), pk in zip(waiting.items(), brought.partners, strict=True):
            self._made[key] = pk
            self.offices[pk] = offices[pk]
            self._note(
                pk,
                row["name"],
                row.get("email", ""),
                row.get("identifier", ""),
                row["is_person"],
                row.get("office", ""),
            )
            del self._new[key]
        return brought

    def key_of(self, found) -> str:
        """The key of a partner as ``find`` told it, once it was added."""
        return self._made.get(found, found)
