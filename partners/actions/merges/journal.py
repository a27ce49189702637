"""What a merge changes, written down as it happens, and put back exactly where nobody changed it since."""

from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace

from django.db.models import F

from partners.models import MergedRow

BATCH = 1000


@dataclass(frozen=True)
class Kept:
    """A row that somebody changed after the merge: these fields stay as they are now."""

    model: type
    row: object
    fields: tuple[str, ...]


def change(merge, rows, **values) -> int:
    """Set ``values`` on the ``rows`` (a QuerySet) that differ, and remember what they were; how many.

    Two changes of one row by one merge count as one.
    """
    model = rows.model
    fields = [model._meta.get_field(name) for name in values]
    new = {field.name: _value(field, values[field.name]) for field in fields}
    columns = [field.attname for field in fields]
    keys = list(rows.order_by().values_list("pk", flat=True))
    locked = model.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    start = MergedRow.objects.filter(merge=merge).count()
    entries = []
    for number, current in enumerate(locked.values("pk", *columns), start):
        differing = [field for field in fields if current[field.attname] != new[field.name]]
        if differing:
            entries.append(_entry(merge, model, current, differing, new, number))
    MergedRow.objects.bulk_create(entries, batch_size=BATCH)
    _update(model, [entry.row for entry in entries], new)
    return len(entries)


def put_back(merge, model, *, together=(), settled=frozenset()) -> list[Kept]:
    """Give the rows of ``model`` back what this merge changed in them, where it still stands.

    A field that was changed since stays. Of the fields ``together`` (a message's state, its reason …)
    all go back or none; on ``settled`` rows (their keys) none. What a later merge changed again
    goes back with that one, to the value from before this one. Rows that are gone stay gone.
    """
    told = _folded(merge, model)
    later = _later(merge, model, told)
    names = sorted({name for _, after in told.values() for name in after})
    fields = {name: model._meta.get_field(name) for name in names}
    columns = [field.attname for field in fields.values()]
    locked = model.objects.filter(pk__in=told).order_by("pk").select_for_update(no_key=True)
    restored, kept = defaultdict(list), []
    for current in locked.values("pk", *columns):
        before, after = told[current["pk"]]
        stands = {name: _text(fields[name], current[fields[name].attname]) for name in after}
        back = _relinked(later.get(current["pk"], []), before, after)
        changed = {name for name in back if stands[name] != after[name]}
        if current["pk"] in settled or changed & set(together):
            back = [name for name in back if name not in together]
        if changed:
            kept.append(Kept(model, current["pk"], tuple(sorted(changed))))
        if values := {name: before[name] for name in back if name not in changed}:
            restored[tuple(sorted(values.items()))].append(current["pk"])
    for values, keys in restored.items():
        _update(model, keys, {name: _python(fields[name], text) for name, text in values})
    return kept


def remembered(merge, model) -> dict:
    """What this merge changed in rows of ``model``: key → (texts before, texts after)."""
    return _folded(merge, model)


def _entry(merge, model, current, fields, new, number):
    return MergedRow(
        merge=merge,
        number=number,
        model=model._meta.label_lower,
        row=current["pk"],
        before={field.name: _text(field, current[field.attname]) for field in fields},
        after={field.name: _text(field, new[field.name]) for field in fields},
    )


def _update(model, keys, values):
    if keys:
        values = {model._meta.get_field(name).attname: value for name, value in values.items()}
        counted = any(field.name == "version" for field in model._meta.concrete_fields)
        fenced = {"version": F("version") + 1} if counted else {}
        model.objects.filter(pk__in=keys).update(**values, **fenced)


def _folded(merge, model):
    told = {}
    for entry in MergedRow.objects.filter(merge=merge, model=model._meta.label_lower).order_by("number"):
        before, after = told.setdefault(entry.row, ({}, {}))
        before.update({name: text for name, text in entry.before.items() if name not in before})
        after.update(entry.after)
    return told


def _later(merge, model, keys):
    """Key → the entries of later merges that still stand, oldest first."""
    entries = MergedRow.objects.filter(
        model=model._meta.label_lower, row__in=list(keys), merge__undone_at=None, merge__pk__gt=merge.pk
    )
    found = defaultdict(list)
    for entry in entries.order_by("merge", "number"):
        found[entry.row].append(entry)
    return found


def _relinked(later, before, after) -> list[str]:
    """The fields no later merge changed; in the next one that did, the value from before this one."""
    mine = []
    for name in after:
        follower = next((entry for entry in later if name in entry.before), None)
        if follower is None:
            mine.append(name)
        elif follower.before[name] == after[name]:
            follower.before[name] = before[name]
            follower.save(update_fields=["before"])
    return mine


def _value(field, value):
    """What the column holds: a row becomes its key."""
    return value.pk if field.is_relation and value is not None and hasattr(value, "pk") else value


def _text(field, value):
    return None if value is None else field.value_to_string(SimpleNamespace(**{field.attname: value}))


def _python(field, text):
    return None if text is None else field.to_python(text)
