"""Lists that people look through: which columns they have, and the view in which one is open.

A view is a query string (filters and order) with columns. The address says everything: ``?view=`` names
a view, and whatever stands beside it (any filter, ``sort``, ``col``) counts instead of the view's own.
"""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django_filters import FilterSet

from referralcrm.practice.listings import Asked, Column, Listing, Rows, labelled
from referralcrm.practice.models import SavedView
from referralcrm.practice.permissions import Permission

EVERYTHING = "all"


@dataclass(frozen=True)
class BuiltIn:
    """A view that every practice has. ``{me}`` in its query is the person who looks."""

    key: str
    name: str
    query: str = ""
    columns: tuple[str, ...] = ()
    permission: Permission = Permission.VIEW


@dataclass(frozen=True, kw_only=True)
class Browsed(Listing):
    """A list with views: its filters, the keys of the columns shown at first, and the views all have.

    ``rows`` gives (the filters as understood, the rows they leave in order) of what was Asked, with what the
    ``columns`` (keys) and the ``sort`` ask for: on the page and in a file. ``defaults`` are what filters are
    when nothing is said, and ``is_table`` whether people choose the columns of the page.
    """

    filters: type[FilterSet]
    usual: tuple[str, ...]
    built_in: tuple[BuiltIn, ...]
    unsaved: frozenset[str] = frozenset()  # filters that belong to no view
    defaults: frozenset[tuple[str, str]] = frozenset()
    is_table: bool = True

    @property
    def filter_names(self):
        return set(self.filters.base_filters)

    def narrowing(self, data: QueryDict) -> list[tuple[str, str]]:
        """The filters that ``data`` sets, in one order whatever order they came in."""
        said = [(name, value) for name in self.filter_names & set(data) for value in data.getlist(name)]
        return sorted(pair for pair in said if pair[1] and pair not in self.defaults)

    def in_order(self, keys) -> tuple[str, ...]:
        """Known columns in the order asked for, with the fixed ones; the usual ones when none is known."""
        known = [column.key for column in self.columns]
        asked = [key for key in dict.fromkeys(keys) if key in known]
        missing = [column.key for column in self.columns if column.is_fixed and column.key not in asked]
        return (*missing, *asked) if asked else self.usual

    def asked_for(self, data: QueryDict) -> list[Column]:
        """The columns that an address names, in its order; the usual ones when it names none."""
        by_key = {column.key: column for column in self.columns}
        return [by_key[key] for key in self.in_order(data.getlist("col"))]

    def found(self, asked: Asked) -> Rows:
        columns, sort = self.in_order(asked.data.getlist("col")), asked.data.get("sort", "")
        _, rows = self.rows(asked, columns=columns, sort=sort)
        return Rows(rows, lambda few: labelled(few, with_names=asked.with_names))


@dataclass(frozen=True)
class View:
    """A built-in or saved view as a page shows it."""

    key: str
    name: str
    query: str = ""
    columns: tuple[str, ...] = ()
    saved: SavedView | None = None
    data: QueryDict = field(init=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "data", QueryDict(self.query))

    @property
    def sort(self) -> str:
        return self.data.get("sort", "")


class Chosen:
    """How one person looks at a list now, by the address."""

    def __init__(self, browsed: Browsed, request):
        self.browsed, self.person, self.given = browsed, request.user, request.GET
        self.view = self._named()
        self.is_missing = bool(self.given.get("view")) and self.view is None

    @cached_property
    def views(self) -> list[View]:
        """The built-in ones, then the saved ones."""
        me = str(self.person.pk)
        built_in = [
            View(view.key, view.name, view.query.replace("{me}", me), view.columns)
            for view in self.browsed.built_in
            if self.person.may(view.permission)
        ]
        saved = SavedView.objects.open_to(self.person).filter(slug=self.browsed.slug).select_related("owner")
        return built_in + [View(str(row.pk), row.name, row.query, tuple(row.columns), row) for row in saved]

    @property
    def usual_key(self) -> str:
        return self.person.usual_views.get(self.browsed.slug, EVERYTHING)

    def _named(self):
        asked = self.given.get("view")
        if not asked:
            if self._narrows or {"sort", "col"} & set(self.given):
                return None
            asked = self.usual_key
        found = {view.key: view for view in self.views}
        return found.get(asked) or (None if self.given.get("view") else found[EVERYTHING])

    @property
    def _narrows(self):
        return bool(self.browsed.filter_names & set(self.given))

    # What counts now

    @cached_property
    def filters(self) -> list[tuple[str, str]]:
        return self.browsed.narrowing(self.given if self._narrows or not self.view else self.view.data)

    @cached_property
    def sort(self) -> str:
        return self.given.get("sort", self.view.sort if self.view else "")

    @cached_property
    def column_keys(self) -> tuple[str, ...]:
        asked = self.given.getlist("col") or (self.view.columns if self.view else ())
        return self.browsed.in_order(_moved(list(self.browsed.in_order(asked)), self.given))

    @property
    def columns(self) -> list[Column]:
        by_key = {column.key: column for column in self.browsed.columns}
        return [by_key[key] for key in self.column_keys]

    @property
    def other_columns(self) -> list[Column]:
        return [column for column in self.browsed.columns if column.key not in self.column_keys]

    @property
    def query(self) -> str:
        """What a view saved now would hold; filters that belong to no view are left out."""
        filters = [(name, value) for name, value in self.filters if name not in self.browsed.unsaved]
        return urlencode(filters + ([("sort", self.sort)] if self.sort else []))

    @property
    def address(self) -> QueryDict:
        """The whole state as a query string, ``view`` included, whichever way it was asked for."""
        pairs = [*self.filters, *([("sort", self.sort)] if self.sort else [])]
        is_bare = self.view is None and not pairs and self.usual_key != EVERYTHING
        if is_bare or (self.is_changed and not self.filters):
            pairs.append((min(self.browsed.filter_names), ""))  # a view's own are taken away
        if self.column_keys != self.browsed.in_order(self.view.columns if self.view else ()):
            pairs += [("col", key) for key in self.column_keys]
        if self.view and not (self.view.key == self.usual_key == EVERYTHING):
            pairs.append(("view", self.view.key))
        data = QueryDict(urlencode(pairs), mutable=True)
        if "page" in self.given:
            data["page"] = self.given["page"]
        return data

    # What is said about it

    @cached_property
    def is_changed(self) -> bool:
        """Whether this is no longer what the view named in the address holds."""
        return bool(self.view) and (
            self.filters != self.browsed.narrowing(self.view.data)
            or self.sort != self.view.sort
            or self.column_keys != self.browsed.in_order(self.view.columns)
        )

    @property
    def was_reordered(self) -> bool:
        """Whether a column was just moved, so that the address is to be written anew."""
        return bool({"up", "down"} & set(self.given))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters)

    @property
    def can_overwrite(self) -> bool:
        return bool(self.is_changed and self.view.saved and may_change(self.view.saved, self.person))

    @property
    def can_save(self) -> bool:
        """Whether there is something a view would keep."""
        return self.is_changed or (self.view is None and bool(self.query or self.given.getlist("col")))

    @property
    def holds(self) -> str:
        """Filters, order and columns as they are shown now, for the address that keeps them."""
        return "&".join(filter(None, [self.query, self._columns_named]))

    @property
    def shown(self) -> str:
        """The same with the filters that no view keeps, for a file of what is shown."""
        filters = urlencode([*self.filters, *([("sort", self.sort)] if self.sort else [])])
        return "&".join(filter(None, [filters, self._columns_named]))

    @property
    def _columns_named(self):
        return urlencode([("col", key) for key in self.column_keys])


def _moved(keys, given):
    """``keys`` with the column of the pressed button ``up`` or ``down`` one place on."""
    for step, name in ((-1, "up"), (1, "down")):
        if (key := given.get(name)) in keys:
            place = keys.index(key)
            keys.insert(max(place + step, 0), keys.pop(place))
            break
    return keys


def may_change(view: SavedView, person) -> bool:
    """One's own; and a shared one, for who manages the practice."""
    return view.owner_id == person.pk or (view.is_shared and person.may(Permission.MANAGE_PRACTICE))


def as_saved(browsed: Browsed, data: QueryDict) -> dict:
    """The ``query`` and ``columns`` of a view that holds what an address says."""
    filters = [(name, value) for name, value in browsed.narrowing(data) if name not in browsed.unsaved]
    sort = [("sort", data["sort"])] if data.get("sort") else []
    query = urlencode(filters + sort)
    keys = browsed.in_order(data.getlist("col"))
    return {"query": query, "columns": [] if keys == browsed.usual else list(keys)}


def filters_in(view: SavedView) -> int:
    """How many filters a saved view sets."""
    return sum(1 for name, _ in parse_qsl(view.query) if name != "sort")


def stale(found: FilterSet) -> list[str]:
    """The labels of filters whose value is not there any more (a person, a service); they are left out."""
    fields = found.form.fields
    return [str(fields[name].label) for name in found.form.errors if hasattr(fields.get(name), "choices")]
