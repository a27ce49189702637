"""What a letter about a referral says. On paper only: it names the patient."""

import re

from referralcrm.core.templatetags.house import day
from referralcrm.practice.addresses import sender_of
from referrals.models.checklists import told_to
from referrals.states import AdviceKind

BETWEEN = re.compile(r"\n\s*\n")  # paragraphs
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
        "to": _to(referral.partner, asked.contact, country=practice.country),
        "date": day(asked.asked_on),
        "subject": "Some details are missing",
        "body": [
            f"Dear {asked.contact.name if asked.contact else referral.partner.greeting},",
            f"Thank you for sending us {_whom(referral.patient)} on {day(referral.happened_on)}. "
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


def question_to_a_colleague(advice, *, by) -> dict:
    """Our question on paper, for ``letter``. It names no patient: that line is filled in by hand."""
    practice = by.practice
    return {
        "sender": sender_of(by, location=advice.location),
        "to": _to(advice.partner, advice.contact, country=practice.country),
        "date": day(practice.today()),
        "subject": "A question, with respect",
        "body": [words for words in BETWEEN.split(advice.letter.replace("\r\n", "\n")) if words],
        "fields": [
            {"label": "Our patient (written in by hand)", "lines": 1},
            {"label": "Your answer, if this page suits you", "lines": 3},
        ],
        "closing": "With kind regards",
        "signature": [_signed(advice.owner or by), practice.name],
        "foot": "Once the patient is written in: by fax or post, never by e-mail.",
    }


def first_words(advice, *, by) -> str:
    """What a respectful question usually says, around the question itself."""
    contact = advice.contact.name if advice.contact else advice.partner.greeting
    about = "While reading your prescription we" if advice.kind == AdviceKind.PRESCRIPTION else "We"
    phone = advice.location.phone if advice.location else ""
    ways = f"by phone ({phone}), by fax" if phone else "by phone, by fax"
    return "\n\n".join(
        [
            f"Dear {contact},",
            f"Thank you for looking after this patient with us. {about} came upon a question, and would be "
            "glad of your view:",
            advice.question,
            "You may well have reasons that we do not know, and we may have missed something. Is it as you "
            "wish it to be, or would you like us to do otherwise?",
            f"Please answer in whatever way suits you: {ways}, or in a line on this page.",
        ]
    )


def _to(partner, contact, *, country):
    lines = partner.address_lines(country=country) or [partner.name]
    lines += [f"Fax {partner.fax}"] if partner.fax else []
    return [contact.name, *lines] if contact else lines


def _signed(person):
    return ", ".join(filter(None, [person.name, person.credentials]))


def _whom(patient):
    born = f", born {day(patient.born)}," if patient.born else ""
    return f"{patient.name}{born}" if patient.name else "this patient"


def covering_letter(report, partner, *, by) -> dict:
    """A few personal lines to ``partner`` around a report, which names what is enclosed, for ``letter``."""
    said = report.content["cover"].strip() or f"Please find enclosed our {report.get_kind_display()}."
    ticked, to_follow = told_to(partner, report.referral)
    enclosed = [str(report).capitalize(), *(row.name for row in files_of(report)), *ticked]
    return {
        "sender": sender_of(by, location=report.referral.location),
        "to": partner.address_lines(country=by.practice.country) or [partner.name],
        "date": day(by.practice.today()),
        "subject": f"Our {report}",
        "body": [f"Dear {partner.greeting},", *said.replace("\r\n", "\n").split("\n\n")],
        "closing": "With kind regards",
        "signature": [_signed(report.author), by.practice.name],
        "after": [
            f"{title}: {', '.join(what)}"
            for title, what in (("Enclosed", enclosed), ("To follow", to_follow))
            if what
        ],
        "foot": "Confidential: about a patient, for the clinicians who treat them. By post or fax only.",
    }


def files_of(report):
    """What goes along with a report, ready to be named."""
    rows = list(report.files.select_related("file", "article__file"))
    for row in rows:
        row.report = report
    return rows


def fax_sheet(delivery, *, by) -> dict:
    """The first sheet of a fax, for ``fax``; whoever stands at the machine learns of no patient."""
    partner, practice = delivery.partner, by.practice
    sender = sender_of(by, location=delivery.report.referral.location)
    return {
        "sender": sender,
        "to": [("To", partner.name), ("Fax", partner.fax), ("Office", _office(partner))],
        "from": [("From", f"{by.name}, {practice.name}"), ("Date", day(practice.today()))],
        "subject": f"A {delivery.report.noun} for the clinician named above",
        "warning": (
            "Confidential. What follows is about a patient and for the person named above alone. If it came "
            "to you by mistake, please do not read on: call us at the number above, and destroy it."
        ),
    }


def _office(partner):
    return partner.organisation.name if partner.organisation and partner.is_person else ""
