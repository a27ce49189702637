"""What people can delete, and find and bring back within 30 days.

An app registers each of its kinds with ``keep``, as it gets ready:

    trash.keep(trash.Kind(
        slug="contacts", one="person at an office", many="People at an office", model=Contact,
        permission=Permission.EDIT_PARTNERS, restore=actions.restore_contact,
        page=lambda contact: reverse("partners:detail", args=[contact.partner_id]),
        opened_by=("partners:update_contact",),
        called=F("name"), about=Concat(Value("at "), "partner__name"),
    ))

The model has ``deleted_at`` and, in its Meta, ``trash.index("contact_in_trash")``; the delete action uses
``actions.trash.put_away`` or says ``record("deleted", by=by, subject=row)`` itself, and its toast offers
``undo=trash.undo(row)``. A row deleted longer ago than 30 days that no other row needs is removed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_

from django.db.models import (
    CASCADE,
    CharField,
    Exists,
    F,
    Index,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission

DAYS = 30
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Kind:
    """One kind of row that people can delete.

    ``called`` and ``about`` are text expressions of the database: what a row is called and a few words
    more. They are shown and searched, and never say a word about a patient. ``restore(row, by=person)``
    is an action that returns the row, ``page(row)`` the address where it stands again, ``opened_by`` the
    names of the addresses whose ``pk`` is such a row. ``rows(person)`` narrows what somebody may bring
    back, ``told(before, after)`` adds a sentence when a row came back otherwise than it was.
    """

    slug: str
    one: str
    many: str
    model: type[Model]
    permission: Permission
    restore: Callable
    page: Callable
    called: Combinable
    about: Combinable = Value("")
    opened_by: tuple[str, ...] = ()
    rows: Callable | None = None
    told: Callable = lambda before, after: ""

    def deleted(self, person=None) -> QuerySet:
        """Those that can still be brought back, by this person when one is given."""
        rows = self.rows(person) if self.rows and person else self.model.objects.all()
        return rows.filter(deleted_at__gte=oldest_restorable())

    def expired(self, now=None) -> QuerySet:
        """Those deleted longer ago than 30 days."""
        return self.model.objects.filter(deleted_at__lt=oldest_restorable(now))

    def removable(self) -> QuerySet:
        """Those expired that no other row needs."""
        return self.expired().filter(~needed(self.model))

    def name_of(self, row) -> str:
        """What one row is called, deleted or not."""
        rows = self.model.objects.filter(pk=row.pk).annotate(is_called=Cast(self.called, TextField()))
        return rows.values_list("is_called", flat=True).get()

    def words(self, person=None, *, text="") -> QuerySet:
        """Kind, id, moment, name and a few words more of each deleted row; those that fit ``text``."""
        rows = self.deleted(person).order_by()
        rows = rows.annotate(
            in_trash_as=Value(self.slug, CharField()),
            is_called=Cast(self.called, TextField()),
            is_about=Cast(self.about, TextField()),
        )
        words = text.replace("\0", " ")[:LONGEST_SEARCH].split()
        if words:
            rows = rows.filter(reduce(and_, map(_says, words)))
        return rows.values_list("in_trash_as", "id", "deleted_at", "is_called", "is_about")


KINDS: dict[str, Kind] = {}


def keep(kind: Kind):
    """Let rows of this kind be found in the trash."""
    KINDS[kind.slug] = kind


def kind_of(row) -> Kind:
    """The registered kind of a row. Raises LookupError."""
    return next(kind for kind in KINDS.values() if isinstance(row, kind.model))


def undo(row) -> str:
    """Where the Undo button of a toast posts to."""
    return reverse("trash:restore", args=[kind_of(row).slug, row.pk])


def index(name) -> Index:
    """The index by which a model's deleted rows are found, however many there are that are not."""
    return Index(fields=["practice", "deleted_at"], name=name, condition=Q(deleted_at__isnull=False))


def oldest_restorable(now=None):
    """The instant since when a row must have been deleted to be fetched again."""
    return (now or timezone.now()) - timedelta(days=DAYS)


def require_kept(*rows):
    """Raise Refused, with the way, when a row that another belongs to is in the trash itself."""
    for row in rows:
        if row is not None and row.deleted_at is not None:
            raise Refused(f"{row} is in the trash too. Restore {row} first, then this.")


def thrown_away(person, *, kind="", text="") -> QuerySet:
    """What this person may bring back of one kind or every kind, newest first, as tuples of ``words``."""
    kinds = [KINDS[kind]] if kind in KINDS else KINDS.values()
    first, *others = [each.words(person, text=text) for each in kinds if person.may(each.permission)] or [
        _nothing()
    ]
    return first.union(*others, all=True).order_by(F("deleted_at").desc(), "id")


def needed(model, seen=()) -> Q:
    """Whether another row points at this one, or at what is removed with it, and would be left behind."""
    asked = Q(pk__in=[])
    for relation in model._meta.get_fields(include_hidden=True):
        points_here = (relation.one_to_many or relation.one_to_one) and not relation.concrete
        if not points_here or relation.related_model in seen:
            continue
        child = relation.related_model
        pointing = child._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        goes_along = relation.on_delete is CASCADE
        asked |= Exists(pointing.filter(needed(child, (*seen, model))) if goes_along else pointing)
    return asked


def _says(word):
    return Q(is_called__unaccent__icontains=word) | Q(is_about__unaccent__icontains=word)


def _nothing():
    kind = next(iter(KINDS.values()))
    return kind.words().none()
