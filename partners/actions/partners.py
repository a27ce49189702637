"""Adding, changing and putting away a partner."""

from django.db import transaction

from partners.actions.circle import place_left_for, require_room
from partners.actions.offices import move, organisation_called, update_organisation
from partners.actions.treating import tell_treating_ended
from partners.models import Partner, PartnerPlan
from partners.signals import next_step_done, next_step_undone, partner_ended, partner_resumed
from partners.states import Circle, Stage
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept


@transaction.atomic
def create(*, by, plans=(), office="", **fields):
    """Add a partner; ``name`` alone is enough. Returns it.

    ``office`` is the name of where they work: an organisation of that name is used or made. A
    partner who is an organisation belongs to the organisation of its own name. Refused when the
    inner circle is full.
    """
    partner = Partner(**fields)
    if partner.circle == Circle.INNER:
        require_room()
    place = office if partner.is_person else partner.name
    partner.organisation = partner.organisation or organisation_called(place, by=by)
    partner.save(force_insert=True)
    move(partner, before=None, after=partner.organisation, on=None)
    _set_plans(partner, plans)
    record("added", by=by, subject=partner)
    return partner


@transaction.atomic
def update(partner, *, version, by, plans=None, office=None, **fields):
    """Change what differs. Raises Stale when somebody saved first, Refused when the circle is full.

    ``office`` None leaves the office, "" takes it away; a new one ends the old affiliation today.
    """
    current = lock(partner, version=version)
    if fields.get("circle") == Circle.INNER != current.circle:
        require_room(besides=current)
    before = current.organisation
    after = fields["organisation"] = _office(current, office, fields, by=by)
    changed = write(current, **fields)
    if before != after:
        move(current, before=before, after=after, on=current.practice.today())
    if plans is not None and _set_plans(current, plans):
        changed.append("plans")
    if changed:
        record("changed", by=by, subject=current, changed=changed)
        tell_treating_ended(current, changed, by=by)
    return current


@transaction.atomic
def delete(partner, *, by):
    """Put a partner into the trash, from where it can be fetched for 30 days; queued mail is held."""
    current = put_away(partner, by=by)
    partner_ended.send(Partner, partner=current, by=by)
    return current


@transaction.atomic
def restore(partner, *, by):
    """Fetch a partner out of the trash. Refused after 30 days, and while their office is in the trash.

    Where the inner circle has filled up meanwhile, they come back to the network.
    """
    require_kept(partner.organisation)
    current = fetch_back(partner, by=by, circle=place_left_for(partner))
    if current.stage != Stage.ENDED:
        partner_resumed.send(Partner, partner=current, by=by)
    return current


@transaction.atomic
def finish_next_step(partner, *, by):
    """Tick the next step off; returns its words. Refused when there is none."""
    current = lock(partner)
    if not (step := current.next_step):
        raise Refused("There is no next step to tick off; somebody may have done so already.")
    changed = write(current, next_step="", next_step_on=None)
    record("did the next step with", by=by, subject=current, changed=changed)
    next_step_done.send(Partner, partner=current, step=step, by=by)
    return step


@transaction.atomic
def take_next_step_back(partner, *, step, on, by, version):
    """The next step was not done after all: it stands again with its day.

    Raises Stale when somebody changed the partner since, so that no newer step is overwritten.
    """
    current = lock(partner, version=version)
    changed = write(current, next_step=step, next_step_on=on)
    record("took the next step back with", by=by, subject=current, changed=changed)
    next_step_undone.send(Partner, partner=current, step=step, by=by)


def _office(partner, office, fields, *, by):
    """Where the partner belongs after ``fields`` are saved; an organisation's new name is its own."""
    name = fields.get("name", partner.name)
    if fields.get("is_person", partner.is_person):
        return partner.organisation if office is None else organisation_called(office, by=by)
    if partner.is_person or partner.organisation is None:
        return organisation_called(name, by=by)
    return update_organisation(partner.organisation, by=by, name=name)


def _set_plans(partner, plans):
    """Make ``plans`` the insurers taken; whether that changed anything."""
    taken = PartnerPlan.objects.filter(partner=partner)
    before, after = set(taken.values_list("plan_id", flat=True)), {plan.pk for plan in plans}
    taken.exclude(plan_id__in=after).delete()
    PartnerPlan.objects.bulk_create(PartnerPlan(partner=partner, plan_id=pk) for pk in after - before)
    return before != after
