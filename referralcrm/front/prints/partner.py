"""A partner's card: what one wants at hand before a call or a visit. No patient is named on it."""

from django.shortcuts import get_object_or_404

from outreach.models import Touchpoint
from partners.models import Affiliation, Partner
from referralcrm.core.templatetags.house import short_day
from referralcrm.front.partner import sentence, with_everything
from referralcrm.front.passed import recently_passed
from referralcrm.front.prints.frame import answer, printed_by
from referralcrm.practice.permissions import Permission, allow

CONTACTS = 6
LONGEST_NOTE = 160


@allow(Permission.VIEW)
def partner(request, pk):
    found = get_object_or_404(with_everything(Partner.objects.kept()), pk=pk)
    practice = request.user.practice
    today = practice.today()
    received, sent = recently_passed(found, today=today, with_names=None)
    data = {
        "name": found.name,
        "line": found.line,
        "practice": practice.name,
        "sentence": sentence(found, today),
        "reach": _reach(found, practice.country),
        "people": [_person(contact) for contact in found.people],
        "offices": _offices(found, today),
        "know": _good_to_know(found),
        "next": _next_step(found),
        "contacts": _contacts(found, today),
        "received": [_passed(line) for line in received],
        "sent": [_passed(line) for line in sent],
        "foot": printed_by(request.user) + ".",
    }
    return answer(request, "partner", data, title=found.name, filename="partner.pdf", subject=found)


def _reach(partner, country):
    address = partner.address_lines(country=country)[1:]
    pairs = [
        ("Phone", partner.phone),
        ("Fax", partner.fax),
        ("E-mail", "no e-mail, please" if partner.has_opted_out else partner.email),
        ("Address", "\n".join(address)),
        ("Hours", partner.hours),
        ("Best time", partner.best_time),
        ("Thanks by", partner.get_preferred_channel_display()),
    ]
    return [pair for pair in pairs if pair[1]]


def _good_to_know(partner):
    pairs = [
        ("Greeting", partner.salutation),
        ("Special interests", ", ".join(partner.special_interests)),
        ("Insurers taken", ", ".join(partner.insurers)),
        ("Telehealth", "also sees people by video or phone" if partner.telehealth else ""),
        ("Personal", partner.personal_interests),
        ("Looked after by", partner.owner.name if partner.owner else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _person(contact):
    reach = " · ".join(filter(None, [contact["phone"], contact["email"], contact["note"]]))
    return {"name": contact["name"], "role": contact["role"], "reach": reach}


def _offices(partner, today):
    now = Affiliation.objects.kept().on(today).filter(partner=partner).with_names().newest_first()
    return [" · ".join(filter(None, [row.organisation.name, row.position])) for row in now]


def _next_step(partner):
    by = f" (by {partner.next_step_on.day} {partner.next_step_on:%b})" if partner.next_step_on else ""
    return f"{partner.next_step}{by}" if partner.next_step else ""


def _contacts(partner, today):
    rows = Touchpoint.objects.kept().filter(partner=partner).select_related("by")
    return [_contact(row, today) for row in rows.order_by("-happened_on", "-id")[:CONTACTS]]


def _contact(row, today):
    who = "they got in touch" if row.by_them else row.by.name if row.by else ""
    note = row.note if len(row.note) <= LONGEST_NOTE else f"{row.note[:LONGEST_NOTE].rstrip()} …"
    title = ", ".join(filter(None, [row.get_kind_display(), who]))
    return {"day": short_day(row.happened_on, today), "title": title, "note": " ".join(note.split())}


def _passed(line):
    return {"subject": line.subject or "Referral", "why": line.why}
