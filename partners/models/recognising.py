"""Whether somebody a list names is here already: certainly, or perhaps under another spelling."""

import re
import unicodedata

from django.db import connection

from partners.models.partners import Partner

TITLES = set("dr doctor prof professor mr mrs ms miss mx sister rev md do dds dmd phd jr sr".split())  # noqa: SIM905
TITLES |= {"herr", "frau", "mme"}
OF_A_DOCTOR = frozenset({"med", "dent", "habil"})  # behind "Dr" only: a "Med Plus" keeps its name
WORD = re.compile(r"[^\W\d_]+")
SOFT = re.compile(r"(?<=.)[aeiouhwy]+|(.)(?=\1)")

KNOWN = """
    SELECT p.id, p.identifier, lower(p.email), p.name, o.name, coalesce(now.id, p.id)
      FROM partners_partner p LEFT JOIN partners_organisation o ON o.id = p.organisation_id
      LEFT JOIN partners_partner now ON now.id = p.merged_into_id
     WHERE p.deleted_at IS NULL AND now.deleted_at IS NULL
       AND (p.version > 1 OR p.created_at IS DISTINCT FROM %s)
       AND (lower(p.name) IN ({names}) OR lower(p.email) IN ({emails})
            OR p.identifier IN ({identifiers}) OR p.id IN ({ids}))
     ORDER BY now.id NULLS FIRST
"""  # one reading of the practice's partners: behind the wall no index of lower(…) is used
GIVEN = {"names": "%s::text[]", "emails": "%s::text[]", "identifiers": "%s::text[]", "ids": "%s::uuid[]"}


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without accents, case, titles and order: ``("adaeze", "okafor")``."""
    plain = name.lower() if name.isascii() else _bare(name)
    found = WORD.findall(plain)
    left_out = TITLES | OF_A_DOCTOR if "dr" in found else TITLES
    return tuple(sorted(word for word in found if word not in left_out)) or (plain,)


def _bare(name):
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def sound(name: str) -> str:
    """What spellings of one name share: first letters and consonants, none of them twice in a row."""
    return " ".join(sorted(SOFT.sub("", word) for word in name_words(name)))


def keys_of(row: dict) -> list[tuple]:
    """By what a row is recognised for certain, the best first.

    An e-mail alone proves nothing, because an office shares one; with the name it does.
    """
    name, email = row["name"].lower(), row.get("email", "").lower()
    keys = []
    if row.get("id"):
        keys.append(("id", str(row["id"])))
    if row.get("identifier"):
        keys.append(("identifier", row["identifier"], name_words(name)))
    if email:
        keys.append(("email", email, name_words(name)))
    office = row.get("office", "") if row.get("is_person", True) else name
    keys.append(("name", name, office.lower()))
    return keys


def known(rows) -> dict[tuple, str]:
    """The keys of ``keys_of`` that partners not in the trash have, each with the partner's id.

    Who was merged into somebody is found as who stays.
    """
    asked = [
        [row["name"].lower() for row in rows],
        [row["email"].lower() for row in rows if row.get("email")],
        [row["identifier"] for row in rows if row.get("identifier")],
        [str(row["id"]) for row in rows if row.get("id")],
    ]
    return _known({name: f"SELECT unnest({array})" for name, array in GIVEN.items()}, [None, *asked])


def known_staged(lines, *, besides) -> dict[int, str]:
    """{line: id of a partner} for those staged rows (``actions.intake.pack``) that are here already.

    Partners created at the instant ``besides`` came out of the same list: none of its lines is one of them.
    """
    cells = {
        "ids": lines.cell("own_id", "uuid"),
        "identifiers": lines.cell("identifier"),
        "emails": f"lower({lines.cell('email')})",
        "names": f"lower({lines.cell('name')})",
    }
    asked = {kind: lines.asked(cell) for kind, cell in cells.items()}
    found = _known(asked, [besides, *[lines.batch] * len(cells)])
    if not found:
        return {}
    names = ["own_id", "identifier", "email", "name", "office"]
    what = [lines.cell("line", "integer"), lines.cell("is_person", "boolean"), *map(lines.cell, names)]
    here = {}
    for line, is_person, *said in lines.select(", ".join(what)):
        row = {name: text for name, text in zip(["id", *names[1:]], said, strict=True) if text}
        row["is_person"] = is_person is not False
        if match := next((found[key] for key in keys_of(row) if key in found), None):
            here[line] = match
    return here


def _known(asked, values):
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(**asked), values)
        for pk, identifier, email, name, office, now in cursor:
            here = {"id": pk, "identifier": identifier, "email": email, "name": name, "office": office or ""}
            for key in keys_of(here):
                found.setdefault(key, str(now))
    return found


class Likeness:
    """All partners not in the trash by sound, e-mail and phone, to ask of many rows who may be the same."""

    def __init__(self):
        self._found = {}
        said = ("name", "email", "phone")
        for rows, who in ((Partner.objects.kept(), "id"), (Partner.objects.merged_away(), "merged_into")):
            for pk, name, email, phone in rows.values_list(who, *said):
                for key in self._keys(name, email, phone):
                    self._found.setdefault(key, pk)

    def find(self, row: dict):
        """The id of a partner who may be the same, or None."""
        keys = self._keys(row["name"], row.get("email", ""), row.get("phone", ""))
        return next((self._found[key] for key in keys if key in self._found), None)

    @staticmethod
    def _keys(name, email, phone):
        given = ("email", email.lower()), ("phone", phone), ("name", sound(name))
        return [key for key in given if key[1]]
