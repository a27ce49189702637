"""What a letter about a referral says. On paper only: it names the patient."""

from referralcrm.core.templatetags.house import day
from referralcrm.practice.addresses import sender_of

BY_HAND = 2  # lines to write an answer on


def request_for_details(asked, *, by) -> dict:
    """The request to the referrer's office, to be filled in by hand and sent back, for ``letter``."""
    referral, practice = asked.referral, by.practice
    sender = sender_of(by, location=referral.location)
    phone = f" or call {referral.location.phone}" if referral.location and referral.location.phone else ""
    return {
        "sender": sender,
        "to": _to(asked, country=practice.country),
        "date": day(asked.asked_on),
        "subject": "Some details are missing",
        "body": [
            f"Dear {asked.contact.name if asked.contact else referral.partner.greeting},",
            f"thank you for sending us {_whom(referral.patient)} on {day(referral.happened_on)}. "
            "To see them soon and well we need a few more details. Please write them here and send the "
            f"page back by fax or post{phone}.",
        ],
        "fields": [{"label": what, "lines": BY_HAND} for what in [*asked.what, *filter(None, [asked.words])]],
        "closing": "Thank you, and with kind regards",
        "signature": [asked.asked_by.name, practice.name] if asked.asked_by else [practice.name],
        "foot": "This page names a patient: by fax or post, never by e-mail.",
    }


def _to(asked, *, country):
    partner = asked.referral.partner
    lines = partner.address_lines(country=country) or [partner.name]
    lines += [f"Fax {partner.fax}"] if partner.fax else []
    return [asked.contact.name, *lines] if asked.contact else lines


def _whom(patient):
    born = f", born {day(patient.born)}," if patient.born else ""
    return f"{patient.name}{born}" if patient.name else "this patient"
