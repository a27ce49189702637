"""Whom a patient can see, on one sheet to take home; it says nothing of the patient."""

from uuid import UUID

from partners.models import Partner
from referralcrm.core.refused import Refused
from referralcrm.front.prints.frame import answer, long_day
from referralcrm.practice.addresses import sender_of
from referralcrm.practice.permissions import Permission, allow

MOST = 20


@allow(Permission.VIEW)
def offered(request):
    """Those ticked (``offered`` ids), in the order they were shown. Refused when nobody is ticked."""
    keys = list(dict.fromkeys(filter(None, map(_uuid, request.GET.getlist("offered")))))[:MOST]
    known = Partner.objects.current().with_office().in_bulk(keys)
    if not known:
        raise Refused("Tick whom you name to the patient, then print.")
    practice = request.user.practice
    data = {
        "sender": sender_of(request.user),
        "date": long_day(practice.today()),
        "partners": [_told(known[key], practice.country) for key in keys if key in known],
    }
    return answer(request, "offered", data, title="Whom you can see", filename="whom-you-can-see.pdf")


def _told(partner, country):
    office = partner.organisation
    return {
        "name": partner.name,
        "line": partner.line,
        "address": partner.address_lines(country=country)[1:],
        "phone": partner.phone or (office.phone if office else ""),
        "hours": partner.hours or (office.hours if office else ""),
        "telehealth": partner.telehealth,
    }


def _uuid(text):
    try:
        return UUID(text)
    except ValueError:
        return None
