"""What a letter about a referral says. On paper only: it names the patient."""

from referralcrm.core.templatetags.house import day
from referralcrm.practice.addresses import sender_of

BY_HAND = 2  # lines to write an answer on
CONSENT_TO_WHAT = [
    "Reports about my treatment: what was found, what is done, how I am getting on",
    "A referral letter, when I am referred to somebody else",
    "My story as an example of what helped, without anything by which I could be recognised",
    "My praise for somebody",
]


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


def consent_to_sign(referral, team, *, by) -> dict:
    """What the consent form says, for ``consent.typ``: the patient's name, and nothing else about them.

    ``team`` are the patient's CareTeamMembers.
    """
    others = [str(member.partner) for member in team if not member.has_none]
    role = "who referred me" if referral.is_received else "to whom I am referred"
    return {
        "sender": sender_of(by, location=referral.location),
        "patient": referral.patient.name,
        "what": CONSENT_TO_WHAT,
        "whom": [
            *([f"{referral.partner.name}, {role}"] if referral.partner else []),
            "All clinicians who treat me" + (f", among them {', '.join(others)}" if others else ""),
        ],
    }


def _to(asked, *, country):
    partner = asked.referral.partner
    lines = partner.address_lines(country=country) or [partner.name]
    lines += [f"Fax {partner.fax}"] if partner.fax else []
    return [asked.contact.name, *lines] if asked.contact else lines


def _whom(patient):
    born = f", born {day(patient.born)}," if patient.born else ""
    return f"{patient.name}{born}" if patient.name else "this patient"
