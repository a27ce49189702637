"""Taking an import back: what it made is put away and what it filled in is emptied, step by step.

What somebody has saved since, or has worked with (a referral, a contact, a task that names it), stays and
is named. Patients stay as well: a referral that is fetched out of the trash needs its patient.
"""

from django.db import connection
from django.db.models import Case, Value, When

from partners.actions import intake
from partners.models import Affiliation, Contact, Organisation, Partner, PartnerPlan
from referralcrm.exchange.models import Batch
from referralcrm.exchange.states import Made
from referrals.actions import intake as referral_intake
from referrals.models import JourneyEvent, Obligation, Referral

ORDER = [
    Made.REFERRALS,
    Made.CONTACTS,
    Made.FILLED_CONTACTS,
    Made.FILLED,
    Made.PARTNERS,
    Made.ORGANISATIONS,
    Made.DISCIPLINES,
]
PARTS = {  # put away with a row and fetched back with it; the import made them together
    Partner: {Affiliation, PartnerPlan},
    Organisation: {Affiliation},
    Referral: {JourneyEvent, Obligation},
    Contact: set(),
}


def next_batch(current) -> Batch | None:
    """What is to be undone next: what stands on other rows before what it stands on."""
    place = Case(*[When(what=what, then=Value(number)) for number, what in enumerate(ORDER)], default=99)
    waiting = current.batches.filter(is_undone=False, what__in=ORDER)
    return waiting.order_by(place, "-number").first()


def take_back(current, batch) -> list[str]:
    """Undo one batch; returns the keys of the rows that stay."""
    left = TAKE_BACK[Made(batch.what)](batch, current.by)
    batch.kept, batch.is_undone = left, True
    batch.save(update_fields=["kept", "is_undone"])
    return left


def _referrals(batch, by):
    used = _used(Referral, batch.made)
    return [*used, *referral_intake.put_back(_without(batch.made, used), by=by)]


def _put_away(model):
    def take(batch, by):
        used = _used(model, batch.made)
        return [*used, *intake.put_back(model, _without(batch.made, used), by=by)]

    return take


def _empty(model):
    return lambda batch, by: intake.empty_again(model, batch.changed, by=by)


def _offices(batch, by):
    """An office stays while a partner or a referral that is not put away names it."""
    used = _used(Organisation, batch.made)
    here = Affiliation.objects.kept().filter(organisation__in=batch.made, partner__deleted_at=None)
    used |= {str(pk) for pk in here.values_list("organisation_id", flat=True)}
    intake.put_back(Organisation, _without(batch.made, used), by=by)
    return []


def _disciplines(batch, by):
    intake.retire_disciplines(batch.made, by=by)
    return []


TAKE_BACK = {
    Made.REFERRALS: _referrals,
    Made.CONTACTS: _put_away(Contact),
    Made.FILLED: _empty(Partner),
    Made.FILLED_CONTACTS: _empty(Contact),
    Made.PARTNERS: _put_away(Partner),
    Made.ORGANISATIONS: _offices,
    Made.DISCIPLINES: _disciplines,
}


def _without(keys, used):
    return [str(key) for key in keys if str(key) not in used]


def _used(model, keys) -> set[str]:
    """Those of ``keys`` that a row of any table points at, unless that row is put away itself."""
    used = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.related_model not in PARTS[model]:
            used |= _pointed_at(relation.related_model, relation.field.column, keys)
    return used


def _pointed_at(other, column, keys):
    names = {field.column for field in other._meta.concrete_fields}
    still_there = " AND deleted_at IS NULL" if "deleted_at" in names else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {column} FROM {other._meta.db_table} "  # noqa: S608  (names of our own models)
            f"WHERE {column} = ANY(%s::uuid[]){still_there}",
            [[str(key) for key in keys]],
        )
        return {str(key) for (key,) in cursor}
