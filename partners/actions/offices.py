"""Organisations, and who works where from when to when."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from partners.models import Affiliation, Organisation, Partner
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept


def organisation_called(name, *, by):
    """The organisation of that name, whatever its case; made when there is none, None without a name.

    What is an Organisation already is given back.
    """
    if isinstance(name, Organisation):
        return name
    name = " ".join(name.split())
    if not name:
        return None
    known = Organisation.objects.kept().filter(name__iexact=name).order_by("created_at").first()
    return known or create_organisation(name=name, by=by)


@transaction.atomic
def create_organisation(*, by, **fields):
    """Add an organisation and return it."""
    organisation = Organisation.objects.create(**fields)
    record("added", by=by, subject=organisation)
    return organisation


@transaction.atomic
def update_organisation(organisation, *, by, version=None, **fields):
    """Change what differs. Raises Stale when a ``version`` is given and somebody saved since."""
    current = lock(organisation, version=version)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current


def move(partner, *, before, after, on):
    """End the affiliation with the organisation ``before`` and begin one with ``after``.

    Either may be None; ``on`` is None when the day is not known.
    """
    current = Affiliation.objects.kept().filter(partner=partner, until__isnull=True)
    if before:
        current.filter(organisation=before).update(until=Greatest("since", Value(on)))
    if after and partner.is_person and not current.filter(organisation=after).exists():
        Affiliation.objects.create(partner=partner, organisation=after, since=on)


@transaction.atomic
def delete_organisation(organisation, *, by):
    """Put an organisation into the trash. Refused while partners work there."""
    here = Affiliation.objects.kept().filter(organisation=organisation, until=None, partner__deleted_at=None)
    if here.exists() or Partner.objects.kept().filter(organisation=organisation).exists():
        raise Refused(f"Partners work at {organisation}. Give them another office first.")
    return put_away(organisation, by=by)


@transaction.atomic
def restore_organisation(organisation, *, by):
    """Fetch an organisation out of the trash. Refused after 30 days."""
    return fetch_back(organisation, by=by)


@transaction.atomic
def affiliate(partner, *, office, by, **fields):
    """Note that a partner works, or worked, at ``office``. Returns the affiliation."""
    organisation = organisation_called(office, by=by)
    affiliation = Affiliation.objects.create(partner=partner, organisation=organisation, **fields)
    record("added", by=by, subject=affiliation)
    settle_main_office(partner)
    return affiliation


@transaction.atomic
def update_affiliation(affiliation, *, office, version, by, **fields):
    """Change what differs. Raises Stale when somebody saved first."""
    current = lock(affiliation, version=version)
    fields["organisation"] = organisation_called(office, by=by)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
        settle_main_office(current.partner)
    return current


@transaction.atomic
def delete_affiliation(affiliation, *, by):
    """Take an office off a partner's list; it can be fetched back for 30 days."""
    current = put_away(affiliation, by=by)
    settle_main_office(current.partner)
    return current


@transaction.atomic
def restore_affiliation(affiliation, *, by):
    """Put an office back on a partner's list. Refused after 30 days, and while either is in the trash."""
    require_kept(affiliation.partner, affiliation.organisation)
    current = fetch_back(affiliation, by=by)
    settle_main_office(current.partner)
    return current


def settle_main_office(partner):
    """A person's main office is one where they work now: the one so far, else the newest, else none."""
    current = lock(partner)
    if not current.is_person:
        return
    now = Affiliation.objects.kept().on(current.practice.today()).filter(partner=current)
    places = [affiliation.organisation for affiliation in now.with_names().newest_first()]
    if current.organisation not in places:
        write(current, organisation=places[0] if places else None)
