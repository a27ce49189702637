"""Two rows side by side, field by field: how they differ, and which value stays."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.models import Partner, PartnerPlan
from partners.states import AddressState, Ending, Side, Stage

TOGETHER = {"address": ("address", "postcode", "area"), "next_step": ("next_step", "next_step_on")}
TOGETHER["accepting"] = ("accepting", "accepting_again_on")
JOINED_BY = {"notes": "\n\n", "goal": "; ", "next_step": "; ", "personal_interests": "; "}
LABELS = {
    "is_person": "A person or an organisation",
    "organisation": "Main office",
    "owner": "Looked after by",
    "backup": "And when away, by",
    "address": "Address",
    "next_step": "Next step",
    "plans": "Insurers taken",
}
OURS_UNLESS_CHOSEN = {"is_person", "treating_provider"}  # what is not the default is not the better one
GRAVITY = [Ending.DIED, Ending.RETIRED, Ending.MOVED, Ending.STOPPED, ""]


@dataclass(frozen=True)
class Difference:
    """One thing the two rows say differently, in words; ``sides`` can be chosen."""

    name: str
    label: str
    ours: str
    theirs: str
    sides: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Part:
    """Columns that are chosen together."""

    name: str
    fields: tuple
    label: str

    def values(self, row) -> dict:
        return {each.name: getattr(row, each.name) for each in self.fields}

    def cells(self, row):
        return [(each, getattr(row, each.name)) for each in self.fields]

    def in_words(self, row) -> str:
        return ", ".join(filter(None, (_in_words(row, each) for each in self.fields)))


def differences(survivor, merged) -> list[Difference]:
    """What the two say differently, in the order of the model; plans come last. One query."""
    found = []
    for part in parts(type(survivor)):
        ours, theirs = part.values(survivor), part.values(merged)
        if ours != theirs and not _decided_for_them(part, survivor, merged):
            sides = tuple(filter(None, [Side.OURS, Side.THEIRS, _can_join(part, ours, theirs) and Side.BOTH]))
            words = part.in_words(survivor), part.in_words(merged)
            found.append(
                Difference(part.name, part.label, *words, sides, _default(part, ours, theirs, sides))
            )
    return found + (_plans(survivor, merged) if isinstance(survivor, Partner) else [])


def chosen(survivor, merged, choices) -> dict:
    """What the survivor's columns become; ``choices`` is name → Side, the default where none is given."""
    values = {}
    sides = {each.name: each.default for each in differences(survivor, merged)} | choices
    for part in parts(type(survivor)):
        ours, theirs = part.values(survivor), part.values(merged)
        match sides.get(part.name, Side.OURS):
            case Side.THEIRS:
                values |= theirs
            case Side.BOTH if _can_join(part, ours, theirs):
                values |= {each.name: _joined(each, ours, theirs) for each in part.fields}
            case _:
                values |= ours
    if values.get("owner") and values["owner"] == values["backup"]:
        values["backup"] = None
    return values


def strictest(survivor, merged, *, email) -> dict:
    """An opt-out, a bounce of the address that stays, and an ending hold for both, whoever said it."""
    both = [survivor, merged]
    said = [row.email_opted_out_at for row in both if row.email_opted_out_at]
    came_back = {row.email.casefold() for row in both if row.email_state == AddressState.BOUNCED}
    bounced = bool(email) and email.casefold() in came_back
    values = {
        "email_opted_out_at": min(said, default=None),
        "email_state": AddressState.BOUNCED if bounced else AddressState.OK,
    }
    ended = [row for row in both if row.stage == Stage.ENDED]
    if ended:
        gravest = min(ended, key=lambda row: GRAVITY.index(row.ending))
        values |= {"stage": Stage.ENDED, "ending": gravest.ending, "ended_on": gravest.ended_on}
        if survivor.stage != Stage.ENDED:
            values["stage_before"] = survivor.stage
    return values


def fullness(row):
    """How much a row says; the older one of two that say as much sorts higher."""
    said = sum(not _is_nothing(each, value) for part in parts(type(row)) for each, value in part.cells(row))
    return said, -row.created_at.timestamp()


def parts(model) -> list[Part]:
    """The columns a person edits, the name first, those of ``TOGETHER`` as one."""
    grouped = {name for group in TOGETHER.values() for name in group[1:]}
    found = []
    for each in model._meta.concrete_fields:
        if each.editable and each.name not in grouped:
            names = TOGETHER.get(each.name, (each.name,))
            columns = tuple(model._meta.get_field(name) for name in names)
            label = LABELS.get(each.name) or each.verbose_name[:1].upper() + each.verbose_name[1:]
            found.append(Part(each.name, columns, label))
    return sorted(found, key=lambda part: part.name != "name")


def _decided_for_them(part, survivor, merged):
    """A relationship that ended on one side has ended: nobody is asked about the stage."""
    return part.name == "stage" and Stage.ENDED in (survivor.stage, merged.stage)


def _plans(survivor, merged):
    taken = {survivor.pk: [], merged.pk: []}
    plans = PartnerPlan.objects.filter(partner__in=taken).order_by("plan__name")
    for partner, name in plans.values_list("partner", "plan__name"):
        taken[partner].append(name)
    ours, theirs = taken[survivor.pk], taken[merged.pk]
    if set(theirs) <= set(ours):
        return []
    words = ", ".join(ours), ", ".join(theirs)
    return [Difference("plans", LABELS["plans"], *words, (Side.OURS, Side.BOTH), Side.BOTH)]


def _default(part, ours, theirs, sides):
    """The fuller: what says something against nothing, both where both fit, the longer name."""
    first = part.fields[0].name
    if Side.BOTH in sides:
        return Side.BOTH
    if first == "name":
        return Side.THEIRS if len(theirs[first]) > len(ours[first]) else Side.OURS
    says_nothing = all(_is_nothing(each, ours[each.name]) for each in part.fields)
    return Side.THEIRS if says_nothing and first not in OURS_UNLESS_CHOSEN else Side.OURS


def _is_nothing(column, value):
    return value in (None, "", []) or (column.has_default() and value == column.get_default())


def _can_join(part, ours, theirs):
    first = part.fields[0]
    if isinstance(first, ArrayField):
        return bool(ours[first.name] and theirs[first.name])
    if first.name not in JOINED_BY or not (ours[first.name] and theirs[first.name]):
        return False
    return ours[first.name] != theirs[first.name] and len(_joined(first, ours, theirs)) <= first.max_length


def _joined(column, ours, theirs):
    mine, other = ours[column.name], theirs[column.name]
    if isinstance(column, ArrayField):
        known = {word.casefold() for word in mine}
        return [*mine, *(word for word in other if word.casefold() not in known)]
    if isinstance(column, models.DateField):
        return min(filter(None, [mine, other]), default=None)
    return JOINED_BY[column.name].join([mine, other])


def _in_words(row, column) -> str:
    value = getattr(row, column.name)
    match value:
        case None | "" | []:
            return ""
        case bool():
            if column.name == "is_person":
                return "a person" if value else "an organisation"
            return "yes" if value else "no"
        case list():
            return ", ".join(str(dict(column.base_field.choices or ()).get(word, word)) for word in value)
        case date():
            return f"by {value.day} {value:%b %Y}"
    return str(getattr(row, f"get_{column.name}_display")() if column.choices else value)
