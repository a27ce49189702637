"""Views of a list that people keep: their own, and those everybody sees."""

from contextlib import contextmanager

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.browse import may_change
from referralcrm.practice.models import SavedView, User
from referralcrm.practice.permissions import Permission

LONGEST_QUERY = SavedView._meta.get_field("query").max_length


@transaction.atomic
def create(*, by, slug, name, query, columns, is_shared=False, is_usual=False):
    """Keep a view of the list ``slug`` and return it. Refused when the name is taken or too much is set."""
    if len(query) > LONGEST_QUERY:
        raise Refused("These filters are too long to keep. Shorten the words in them.")
    _check_sharing(is_shared, by)
    with _name_once():
        view = SavedView.objects.create(
            slug=slug, name=name, owner=by, query=query, columns=columns, is_shared=is_shared
        )
    record("saved", by=by, subject=view)
    if is_usual:
        make_usual(slug, str(view.pk), by=by)
    return view


@transaction.atomic
def update(view, *, version, by, name, is_shared):
    """Rename, share or keep to oneself. Raises Stale when somebody saved first, and Refused."""
    current = _mine(view, by, version=version)
    if is_shared != current.is_shared:
        _check_sharing(True, by)
    with _name_once():
        changed = write(current, name=name, is_shared=is_shared)
    if changed:
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def overwrite(view, *, version, by, query, columns):
    """Let the view hold other filters, order and columns. Raises Stale and Refused."""
    current = _mine(view, by, version=version)
    if len(query) > LONGEST_QUERY:
        raise Refused("These filters are too long to keep. Shorten the words in them.")
    if changed := write(current, query=query, columns=columns):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def delete(view, *, by):
    """Take a view away; it can be fetched back for 30 days."""
    return put_away(_mine(view, by), by=by)


@transaction.atomic
def restore(view, *, by):
    """Bring a deleted view back. Refused after 30 days, or when its name was given again."""
    with _name_once():
        return fetch_back(_mine(view, by), by=by)


@transaction.atomic
def make_usual(slug, key, *, by):
    """Open this person's list in the view ``key`` from now on."""
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    person.usual_views[slug] = key
    person.save(update_fields=["usual_views"])


def _mine(view, by, *, version=None):
    current = lock(view, version=version)
    if not may_change(current, by):
        raise Refused("Only who made this view, or a manager, can change it. Save it as a new one.")
    return current


def _check_sharing(is_shared, by):
    if is_shared and not by.may(Permission.LOG):
        raise Refused("Your role keeps views for itself only.", field="is_shared")


@contextmanager
def _name_once():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("You have a view of this name already.", field="name") from error
