"""Partners and their offices out of a list, thousands at once: few statements, and nobody is told.

A row is a dict of cleaned fields; besides the columns of Partner it may hold ``office`` and
``discipline`` (names, found or made) and ``plans`` (ids). The facts that make mail and tasks are not
sent: what a list says happened long ago.
"""

from dataclasses import dataclass, field
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from partners.actions.circle import places_left
from partners.actions.mail import opt_out
from partners.models import Affiliation, Contact, Discipline, Organisation, Partner, PartnerPlan
from partners.states import Circle
from referralcrm.audit.actions import record
from referralcrm.core.keys import new_ids
from referralcrm.practice.staging import as_array, insert_many

NOT_COLUMNS = {"id", "office", "discipline", "plans", "owner", "backup", "email_opted_out_at"}
FIRST_VERSION = 1
UNDONE = "an import was undone"
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
    _fit_into_the_circle(rows)
    offices, organisations = _organisations(filter(None, map(_office, rows)))
    professions, disciplines = _disciplines(row["discipline"] for row in rows if row.get("discipline"))
    keys = new_ids(len(rows))
    placed = [
        row
        | {
            "id": key,
            "organisation": offices.get(_office(row).lower()),
            "discipline": professions.get(row.get("discipline", "").lower()),
        }
        for key, row in zip(keys, rows, strict=True)
    ]
    _insert(Partner, placed, besides={"office", "plans"})
    _affiliate([row for row in placed if row["organisation"] and row.get("is_person", True)])
    _insure([(row["id"], plan) for row in placed for plan in row.get("plans", ())])
    record("imported", by=by, subjects=keys, subject_type="partner")
    return Brought(keys, organisations, disciplines)


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


def _fit_into_the_circle(rows):
    """The inner circle takes as many as it has places for; the others stand in the network."""
    inner = [row for row in rows if row.get("circle") == Circle.INNER]
    for row in inner[places_left() if inner else 0 :]:
        row["circle"] = Circle.NETWORK


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
