"""Partners and their offices out of a list, thousands at once: few statements, and nobody is told.

A row is a dict of cleaned fields; besides the columns of Partner it may hold ``office`` and
``discipline`` (names, found or made) and ``plans`` (ids). The facts that make mail and tasks are not
sent: what a list says happened long ago.
"""

from dataclasses import dataclass, field
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from partners.actions.circle import places_left
from partners.actions.mail import opt_out
from partners.models import Affiliation, Contact, Discipline, Organisation, Partner, PartnerPlan
from partners.states import Circle
from referralcrm.audit.actions import record
from referralcrm.core.keys import new_id, new_ids
from referralcrm.practice.staging import as_array, insert_many, packed, staged

NOT_COLUMNS = {"id", "office", "discipline", "plans", "owner", "backup", "email_opted_out_at"}
FIRST_VERSION = 1
UNDONE = "an import was undone"
COLUMNS = frozenset(column.name for column in Partner._meta.concrete_fields)
LISTS = frozenset(
    {"plans"} | {column.name for column in Partner._meta.concrete_fields if isinstance(column, ArrayField)}
)
KINDS = {  # of cells that are no text
    column.name: column.db_type(connection)
    for column in Partner._meta.concrete_fields
    if isinstance(column, models.BooleanField | models.DateField)
} | dict.fromkeys(LISTS, "text[]")
OFFICES = """
    JOIN (
        SELECT DISTINCT ON (lower(name)) lower(name) AS name, id FROM partners_organisation
         WHERE deleted_at IS NULL AND merged_into_id IS NULL ORDER BY lower(name), created_at
    ) office ON office.name = lower({office})
"""
PLACED = f"""
    LEFT {OFFICES}
    LEFT JOIN partners_discipline profession ON lower(profession.name) = lower({{discipline}})
"""
WORKING = f"{OFFICES} AND coalesce({{is_person}}, true)"
EACH_OF = partial(Func, template="(SELECT unnest(%(expressions)s))")  # one parameter for thousands


@dataclass
class Brought:
    """The keys (texts) of what was made."""

    partners: list[str] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    disciplines: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)


@transaction.atomic
def bring_in(rows: list[dict], *, by) -> Brought:
    """Add a partner for each row, in order; ``name`` is required."""
    if not rows:
        return Brought()
    batch = str(new_id())
    names, text = pack(batch, rows)
    with staged(batch, names, text) as lines:
        return bring_in_staged(lines, by=by)


def pack(batch: str, rows: list[dict]) -> tuple[list[str], str]:
    """Rows as text to be staged under the key ``batch``, and the names of their cells.

    A row's ``line`` counts them (from 1 when it is not given), and ``id`` is the key that its partner
    will have; what the row itself gives as id is ``own_id``.
    """
    given = sorted(set().union(*rows) - {"id", "line", "office"})
    columns = {
        "line": [row.get("line", number) for number, row in enumerate(rows, 1)],
        "id": new_ids(len(rows)),
        "own_id": [row.get("id") for row in rows],
        "office": [_office(row) or None for row in rows],
    }
    for name in given:
        cells = [row.get(name) for row in rows]
        columns[name] = list(map(as_array, cells)) if name in LISTS else cells
    return list(columns), packed(batch, zip(*columns.values(), strict=True))


@transaction.atomic
def bring_in_staged(lines, *, by, gone=(), at=None) -> Brought:
    """Add a partner for each of these rows that ``pack`` made, in the order of their lines.

    ``gone`` are the keys of people and plans that were here as they were packed and are no longer;
    ``at`` is when all rows of the list count as created, by which ``known_staged`` tells them apart.
    """
    keys = [key for (key,) in lines.select(lines.cell("id"), f"ORDER BY {lines.cell('line', 'integer')}")]
    if not keys:
        return Brought()
    organisations = _make_missing(
        Organisation, lines, "office", "deleted_at IS NULL AND merged_into_id IS NULL"
    )
    disciplines = _make_missing(Discipline, lines, "discipline")
    gone = list(gone)
    picked = {"organisation": "office.id", "discipline": "profession.id"} | _settled(lines, gone)
    fields = [name for name in lines.names if name in COLUMNS and name not in picked]
    kinds = {"office": "text", "discipline": "text", "is_person": "boolean"}
    cells = {name: lines.cell(name, kind) for name, kind in kinds.items()}
    created = {"created_at": at or timezone.now()}
    lines.insert(Partner, fields, picked=picked, joined=PLACED.format(**cells), **created)
    picked = {"id": "uuidv7()", "partner": lines.cell("id", "uuid"), "organisation": "office.id"}
    lines.insert(Affiliation, [], picked=picked, joined=WORKING.format(**cells))
    _insure_staged(lines, gone)
    record("imported", by=by, subjects=keys, subject_type="partner")
    return Brought(keys, organisations, disciplines)


def rows_of(lines, numbers) -> dict[int, dict]:
    """Some of the staged rows as they were packed, by their lines."""
    names = [name for name in lines.names if name not in {"line", "id"}]
    line = lines.cell("line", "integer")
    what = ", ".join([line, *(lines.cell(name, KINDS.get(name, "text")) for name in names)])
    found = lines.select(what, f"AND {line} = ANY(%s::integer[])", list(numbers)) if numbers else []
    keys = ["id" if name == "own_id" else name for name in names]
    return {
        number: {key: cell for key, cell in zip(keys, cells, strict=True) if cell or cell is False}
        for number, *cells in found
    }


def named_in(lines, name) -> set[str]:
    """The keys of people or plans that the cells of this name hold."""
    cell = f"unnest({lines.cell(name, 'text[]')})" if name in LISTS else lines.cell(name)
    return {key for (key,) in lines.select(f"DISTINCT {cell}") if key}


@transaction.atomic
def fill_in(wanted: dict[str, dict], *, by) -> dict[str, list]:
    """Fill in what is empty on partners (key → row); returns key → [version now, names filled in].

    Whoever was merged meanwhile is the one that stays.
    """
    wanted = _followed(wanted)
    unwilling = [key for key, row in wanted.items() if row.get("email_opted_out_at")]
    for partner in Partner.objects.kept().filter(pk__in=unwilling):
        opt_out(partner, by=by)
    offices, _ = _organisations(filter(None, map(_office, wanted.values())))
    professions, _ = _disciplines(row["discipline"] for row in wanted.values() if row.get("discipline"))
    filled, people = {}, []
    rows = Partner.objects.kept().select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    for partner in rows.order_by("pk"):
        row = wanted[str(partner.pk)]
        given = {name: value for name, value in row.items() if name not in NOT_COLUMNS}
        given["organisation_id"] = offices.get(_office(row).lower())
        given["discipline_id"] = professions.get(row.get("discipline", "").lower())
        given |= {f"{name}_id": row.get(name) for name in ("owner", "backup")}
        names = sorted(name for name, value in given.items() if value and _is_empty(partner, name))
        if not names:
            continue
        filled[str(partner.pk)] = _fill(partner, {name: given[name] for name in names})
        people.append(partner)
    _save(people, filled)
    moved = [p for p in people if "organisation_id" in filled[str(p.pk)][1] and p.is_person]
    _affiliate([{"id": str(p.pk), "organisation": str(p.organisation_id)} for p in moved])
    if filled:
        record("filled in from a list", by=by, subjects=sorted(filled), subject_type="partner")
    return filled


@transaction.atomic
def fill_in_contacts(wanted: dict[str, dict], *, by) -> dict[str, list]:
    """Fill in what is empty on contacts (key → row); returns key → [version now, names filled in]."""
    rows = Contact.objects.kept().select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    filled, people = {}, []
    for contact in rows.order_by("pk"):
        given = wanted[str(contact.pk)]
        if names := sorted(name for name, value in given.items() if value and _is_empty(contact, name)):
            filled[str(contact.pk)] = _fill(contact, {name: given[name] for name in names})
            people.append(contact)
    _save(people, filled)
    if filled:
        record("filled in from a list", by=by, subjects=sorted(filled), subject_type="contact")
    return filled


@transaction.atomic
def empty_again(model, filled: dict[str, list], *, by) -> list[str]:
    """Take a filling in back where nobody has saved since; returns the keys of those left alone."""
    rows = model.objects.kept().select_for_update(of=("self",), no_key=True).filter(pk__in=filled)
    emptied, left = [], []
    for row in rows.order_by("pk"):
        version, names = filled[str(row.pk)]
        if row.version != version:
            left.append(str(row.pk))
            continue
        if "organisation_id" in names:
            _leave_office(row)
        _fill(row, {name: _nothing(row, name) for name in names})
        emptied.append(row)
    _save(emptied, filled)
    if emptied:
        subjects, kind = [row.pk for row in emptied], model._meta.model_name
        record("changed", by=by, subjects=subjects, subject_type=kind, note=UNDONE)
    return left


@transaction.atomic
def put_back(model, keys, *, by) -> list[str]:
    """Put imported rows of ``model`` away that nobody has saved since; returns the keys of the others.

    One that was merged into another since is among those: it may be taken out of it again.
    """
    rows = model.objects.filter(pk__in=keys, deleted_at__isnull=True)
    left = [str(pk) for pk in rows.exclude(version=FIRST_VERSION).values_list("pk", flat=True)]
    untouched = [str(pk) for pk in rows.filter(version=FIRST_VERSION).values_list("pk", flat=True)]
    gone = model.objects.filter(pk__in=untouched, version=FIRST_VERSION)
    gone.update(deleted_at=timezone.now(), version=F("version") + 1)
    if untouched:
        record("deleted", by=by, subjects=untouched, subject_type=model._meta.model_name, note=UNDONE)
    return left


@transaction.atomic
def retire_disciplines(keys, *, by):
    """Take professions that an import had added off the list, where no partner has them."""
    unused = Discipline.objects.filter(pk__in=keys, version=FIRST_VERSION).with_partners()
    unused = [row.pk for row in unused if not row.partner_count]
    Discipline.objects.filter(pk__in=unused).update(is_active=False, version=F("version") + 1)
    if unused:
        record("retired", by=by, subjects=unused, subject_type="discipline", note=UNDONE)


@transaction.atomic
def bring_in_contacts(rows: list[dict], *, by) -> list[str]:
    """Add other people at partners' offices; ``partner`` is the partner's key. Returns theirs."""
    if not rows:
        return []
    keys = new_ids(len(rows))
    _insert(Contact, [row | {"id": key} for key, row in zip(keys, rows, strict=True)])
    record("imported", by=by, subjects=keys, subject_type="contact")
    return keys


def offices_called(names):
    """{name in lower case: key} of the organisations so called, and the keys of those that were made."""
    return _organisations(filter(None, names))


def _followed(wanted):
    merged = Partner.objects.merged_away().filter(pk__in=wanted).values_list("pk", "merged_into")
    stays = {str(pk): str(survivor) for pk, survivor in merged}
    return {stays[key]: row for key, row in wanted.items() if key in stays} | {
        key: row for key, row in wanted.items() if key not in stays
    }


def _office(row) -> str:
    """Where a row says the partner works; an organisation is its own office."""
    return row.get("office", "") if row.get("is_person", True) else row.get("name", "")


def _settled(lines, gone):
    """Who looks after a partner, if still here, and the inner circle as far as it has places."""
    picked = {
        name: (f"CASE WHEN {cell} <> ALL(%s) THEN {cell}::uuid END", [gone])
        for name in ("owner", "backup")
        if name in lines.names
        for cell in [lines.cell(name)]
    }
    if "circle" not in lines.names:
        return picked
    line, cell = lines.cell("line", "integer"), lines.cell("circle")
    inner = [number for (number,) in lines.select(line, f"AND {cell} = %s ORDER BY 1", Circle.INNER)]
    outside = inner[places_left() if inner else 0 :]
    known = f"CASE WHEN {line} = ANY(%s::integer[]) THEN %s ELSE coalesce({cell}, %s) END"
    return picked | {"circle": (known, [outside, Circle.NETWORK, Circle.NETWORK])}


def _make_missing(model, lines, name, kept="true") -> list[str]:
    """Add what these rows call by a name that none here has; the keys of what was added."""
    if name not in lines.names:
        return []
    cell, table = lines.cell(name), model._meta.db_table
    here = f"SELECT lower(name) FROM {table} WHERE {kept}"  # noqa: S608  (names of our own models)
    is_new = f"AND {cell} IS NOT NULL AND lower({cell}) NOT IN ({here})"
    last_said = f"ORDER BY lower({cell}), {lines.cell('line', 'integer')} DESC"
    missing = [
        text for (text,) in lines.select(f"DISTINCT ON (lower({cell})) {cell}", f"{is_new} {last_said}")
    ]
    keys = new_ids(len(missing))
    if missing:
        insert_many(model, ["id", "name"], zip(keys, missing, strict=True))
    return keys


def _insure_staged(lines, gone):
    if "plans" not in lines.names:
        return
    plans = lines.cell("plans", "text[]")
    rows = lines.select(f"{lines.cell('id')}, {plans}", f"AND {plans} IS NOT NULL")
    _insure([(key, plan) for key, plans in rows for plan in plans if plan not in gone])


def _organisations(names):
    """{name in lower case: key} of these organisations, and the keys of those that had to be made."""
    wanted = {name.lower(): name for name in names}
    found = _called(Organisation.objects.kept().order_by("-created_at"), wanted)
    missing = [lower for lower in wanted if lower not in found]
    keys = new_ids(len(missing))
    if missing:
        made = zip(keys, missing, strict=True)
        _insert(Organisation, [{"id": key, "name": wanted[lower]} for key, lower in made])
    return found | dict(zip(missing, keys, strict=True)), keys


def _disciplines(names):
    """{name in lower case: key} of these professions, and the keys of those that had to be made."""
    wanted = {name.lower(): name for name in names}
    found = _called(Discipline.objects, wanted)
    missing = {lower: name for lower, name in wanted.items() if lower not in found}
    made = [Discipline(name=name) for name in missing.values()]
    Discipline.objects.bulk_create(made, ignore_conflicts=True)
    if made:
        found |= _called(Discipline.objects, missing)
    keys = {str(row.pk) for row in made}
    return found, sorted(keys & set(found.values()))


def _called(rows, wanted):
    """{name in lower case: key}; of several with one name the last."""
    if not wanted:
        return {}
    names = Value(list(wanted), output_field=ArrayField(models.TextField()))
    rows = rows.annotate(lower=Lower("name"), key=Cast("pk", models.TextField()))
    found = rows.filter(lower__in=EACH_OF(names)).values_list("name", "key")
    return {name.lower(): key for name, key in found}


def _insert(model, rows, *, besides=frozenset()):
    """Stage the columns that any row gives; a row without one of them has the model's default there."""
    given = set().union(*rows) - besides
    columns = [column for column in model._meta.concrete_fields if column.name in given]
    lists = {column.name for column in columns if isinstance(column, ArrayField)}
    defaults = {column.name: column.get_default() for column in columns if column.has_default()}
    names = [column.name for column in columns]
    cells = zip(*(_column(rows, name, name in lists, defaults.get(name)) for name in names), strict=True)
    insert_many(model, names, cells)


def _column(rows, name, is_list, default):
    if is_list:
        return [as_array(row.get(name)) for row in rows]
    return [row.get(name, default) for row in rows]


def _affiliate(rows):
    """Everybody works where they are placed now, since when is not known."""
    made = [
        {"id": key, "partner": row["id"], "organisation": row["organisation"]}
        for key, row in zip(new_ids(len(rows)), rows, strict=True)
    ]
    if made:
        _insert(Affiliation, made)


def _leave_office(partner):
    mine = Affiliation.objects.kept().filter(partner=partner, organisation=partner.organisation_id)
    mine.filter(since=None, version=FIRST_VERSION).update(deleted_at=timezone.now(), version=F("version") + 1)


def _insure(pairs):
    PartnerPlan.objects.bulk_create(PartnerPlan(partner_id=partner, plan_id=plan) for partner, plan in pairs)


def _is_empty(row, name):
    return getattr(row, name) in ("", None, [])


def _nothing(row, name):
    column = row._meta.get_field(name)
    if isinstance(column, ArrayField):
        return []
    return "" if isinstance(column, models.CharField | models.TextField) else None


def _fill(row, values):
    """Set what was empty, and count the version up; returns what undoes it."""
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    return [row.version, sorted(values)]


def _save(rows, filled):
    """Save these rows of one model; ``filled`` says of each which fields."""
    if rows:
        names = {name.removesuffix("_id") for row in rows for name in filled[str(row.pk)][1]}
        type(rows[0]).objects.bulk_update(rows, sorted(names | {"version"}))
