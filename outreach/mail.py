"""Renders message templates; sends nothing."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from unicodedata import category

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.shortcuts import resolve_url
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from outreach.states import CARRIES, STORIES, THANKS, UNCLAIMED, RuleKind
from referralcrm.practice.scope import current_practice

BREAKS = {"Cc", "Zl", "Zp"}  # Unicode categories: controls, line and paragraph separators
FIELD = re.compile(r"\{([^{}]*)\}")
FIELDS = {
    "greeting": "how the letter begins after Dear: Dr Okafor",
    "patients": "how many patients the thanks are for, in words: a patient, two patients",
    "reports": "for how many reports the thanks are, in words: your report, your two reports",
    "practice": "the name of this practice",
    "signature": "who signs: the practice, and the location where the patients were seen",
    "name": "the name of the colleague who reads it",
    "people": "the people to keep in touch with, one a line, each with the reason",
    "link": "the address of the page it leads to; to a partner, one of their own, put in as the mail leaves",
    "code": "the one-time code, put in as the mail leaves",
    "words": "what a person wrote and approved, without anybody who can be recognised",
    "whose": "whom the news is about, without saying who: one of your patients, two of your patients",
}
FIELDS_OF = {
    RuleKind.THANK_YOU: ("greeting", "patients", "practice", "signature"),
    RuleKind.REPORT_THANKS: ("greeting", "reports", "practice", "signature"),
    RuleKind.DIGEST: ("name", "people", "practice", "link"),
    RuleKind.REPORT_NOTICE: ("greeting", "practice", "signature", "link"),
    RuleKind.STATUS_NOTICE: ("greeting", "whose", "practice", "signature", "link"),
    RuleKind.PORTAL_CODE: ("greeting", "practice", "code"),
    **dict.fromkeys(STORIES, ("greeting", "words", "practice", "signature")),
}
ABOUT_A_PATIENT = re.compile(
    r"patient|name|initial|birth|born|dob|age|sex|gender|record|mrn|number|diagnos|condition|reason|complaint"
    r"|visit|appointment|attend|date|day|treat|therap|result|note|insur|phone|address|referral",
    re.IGNORECASE,
)
OPT_OUT = "If you would rather not get mail like this, answer with “no e-mail” and we will stop."
OFFERS_OPT_OUT = {*THANKS, RuleKind.REPORT_NOTICE, RuleKind.STATUS_NOTICE, *STORIES}
WORDS = ("no", "one", "two", "three", "four", "five", "six")


def check_settings():
    """Refuse to start with a sender that no mail can come from. Raises ImproperlyConfigured."""
    try:
        Address(addr_spec=ascii_address(settings.MAIL_FROM))
        Address(addr_spec=ascii_address(f"x@{settings.MAIL_DOMAIN}"))
    except (UnicodeError, ValueError, MessageError) as error:
        raise ImproperlyConfigured(f"MAIL_FROM or MAIL_DOMAIN is no address of mail: {error}") from error


def default_text(kind) -> tuple[str, str]:
    """The subject and body a new practice's rule of this kind starts with."""
    return _source(kind, "subject").strip(), _source(kind, "txt")


def _source(kind, part):
    return get_template(f"outreach/mail/{kind}.{part}").template.source


def lint(text: str, kind=RuleKind.THANK_YOU) -> list[str]:
    """What is wrong with a template of this kind, in sentences; an empty list when nothing is.

    Only the fields of a short list are filled in, and none of them says anything about a patient.
    """
    known = FIELDS_OF[kind]
    problems = []
    for name in dict.fromkeys(FIELD.findall(text)):
        if name in known:
            continue
        if ABOUT_A_PATIENT.search(name):
            problems.append(f"{{{name}}} would tell something about a patient, which no mail may do.")
        else:
            offered = ", ".join(f"{{{field}}}" for field in known)
            problems.append(f"{{{name}}} is not filled in by anything. There are: {offered}.")
    if re.search(r"[{}]", FIELD.sub("", text)):
        problems.append("A curly bracket stands alone. Write a field like {practice}.")
    return problems


def lacks(body: str, kind) -> list[str]:
    """What a text of this kind cannot do without and does not have, in sentences."""
    carried = "words" if kind in STORIES else CARRIES.get(kind)
    if carried is None or f"{{{carried}}}" in body:
        return []
    why = "it would say nothing" if kind in STORIES else "nobody can open anything"
    return [f"Leave {{{carried}}} in the text: without it {why}."]


def fill(text: str, values: dict[str, str]) -> str:
    """Put the values in place of their fields; a field without a value stays as it is written."""
    return FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def signature(practice, location=None) -> str:
    """Who signs a letter, a line each: the practice and, where it is known, the Location."""
    if location is None:
        return practice.name
    address = [*location.address.splitlines(), location.postcode]
    lines = [practice.name, location.name, *address, location.phone, location.email]
    return "\n".join(dict.fromkeys(line.strip() for line in lines if line.strip()))


def thanks(rule, *, practice, partner, patients: int, location=None) -> tuple[str, str]:
    """Subject and body of a thank-you, of one Location or of several (None).

    ``patients`` is for how many it is, or, where it is for reports, for how many of these.
    """
    number = WORDS[patients] if patients < len(WORDS) else str(patients)
    values = {
        "greeting": partner.greeting,
        "patients": "a patient" if patients == 1 else f"{number} patients",
        "reports": "your report" if patients == 1 else f"your {number} reports",
        "practice": practice.name,
        "signature": signature(practice, location),
    }
    return one_line(fill(rule.subject, values))[:150], fill(rule.body, values)


def private(rule, *, practice, partner, patients: int, location=None) -> tuple[str, str]:
    """Subject and body of what leads a partner to their own page; ``{link}`` or ``{code}`` stays as it is.

    ``patients`` is how many pieces of news there are.
    """
    values = {
        "greeting": partner.greeting,
        "whose": "one of your patients" if patients == 1 else "several of your patients",
        "practice": practice.name,
        "signature": signature(practice, location),
    }
    return one_line(fill(rule.subject, values))[:150], fill(rule.body, values)


def story(rule, words, *, partner, location=None) -> tuple[str, str]:
    """Subject and body that carry the approved ``words`` of a story or a compliment."""
    practice = current_practice()
    values = {
        "greeting": partner.greeting,
        "words": words.strip(),
        "practice": practice.name,
        "signature": signature(practice, location),
    }
    return one_line(fill(rule.subject, values))[:150], fill(rule.body, values)


def address_of(token: str) -> str:
    """Where a link leads. What stands behind the # is never sent to a server, so no log can hold it."""
    return f"{settings.SITE_URL}{resolve_url(settings.PORTAL_URL)}#{token}"


def digest(rule, *, practice, person, people: str) -> tuple[str, str]:
    """Subject and body of the week's digest; ``people`` are lines about partners, never patients."""
    values = {
        "name": person.name,
        "people": people,
        "practice": practice.name,
        "link": settings.SITE_URL + resolve_url(settings.LOGIN_REDIRECT_URL),
    }
    return one_line(fill(rule.subject, values))[:150], fill(rule.body, values)


def text_of(message) -> tuple[str, str]:
    """Subject and body as they left, or as they would leave now.

    Needs ``rule`` and ``partner`` loaded, and what ``with_causes`` adds.
    """
    if message.text_fixed or message.person_id or (message.body and message.state not in UNCLAIMED):
        return message.subject, message.body
    write = private if message.rule.kind in CARRIES else thanks
    return write(
        message.rule,
        practice=current_practice(),
        partner=message.partner,
        patients=message.thanked_for,
        location=message.signed_at,
    )


def sample(kind, body: str, *, practice) -> str:
    """A letter as it would read, with made-up words in the fields, as HTML."""
    values = {
        "greeting": "Dr Okafor",
        "patients": "two patients",
        "reports": "your report",
        "practice": practice.name,
        "signature": practice.name,
        "name": "Alice",
        "people": "- Dr Okafor: no contact for 34 days, 30 are usual in the inner circle",
        "link": address_of("…") if kind in CARRIES else settings.SITE_URL,
        "code": "000 000",
        "whose": "one of your patients",
        "words": "They came in unable to lift a cup and went home lifting a grandchild.",
    }
    return as_html(fill(body, values), opt_out=OPT_OUT if kind in OFFERS_OPT_OUT else "")


def compose(*, practice, to: str, subject: str, body: str, message_id: str, offers_opt_out: bool) -> bytes:
    """The mail as it travels: plain text with a simple HTML alternative, 7-bit.

    ``to`` has passed ``ascii_address``; ``message_id`` is the left part of the Message-ID, the same
    at every attempt.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(one_line(practice.name), addr_spec=settings.MAIL_FROM)
    mail["To"] = Address(addr_spec=to)
    if practice.reply_to:
        mail["Reply-To"] = Address(addr_spec=ascii_address(practice.reply_to))
    mail["Subject"] = one_line(subject)
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = f"<{message_id}@{settings.MAIL_DOMAIN}>"
    mail["Auto-Submitted"] = "auto-generated"
    opt_out = OPT_OUT if offers_opt_out else ""
    text = f"{body.rstrip()}\n" + (f"\n--\n{opt_out}\n" if opt_out else "")
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(as_html(body, opt_out=opt_out), "html", cte="quoted-printable")
    return mail.as_bytes()


def as_html(body: str, *, opt_out: str = "") -> str:
    """The same words as HTML. Only addresses of our own become links: a name may hold anybody's."""
    ours = re.compile(rf"({re.escape(settings.SITE_URL)}/\S*)")
    pieces = format_html_join("", "{}", ((_link(piece),) for piece in ours.split(body.strip())))
    return render_to_string("outreach/mail/letter.html", {"body": pieces, "opt_out": opt_out})


def _link(piece):
    if not piece.startswith(f"{settings.SITE_URL}/"):
        return piece
    return format_html('<a href="{}">{}</a>', piece, piece)


def one_line(text: str) -> str:
    """Without line breaks and other control characters, so that no name can add a header."""
    return " ".join("".join(" " if category(c) in BREAKS else c for c in text).split())


def ascii_address(address: str) -> str:
    """The address with an international domain in its ASCII form. Raises UnicodeError, ValueError."""
    local, at, domain = address.rpartition("@")
    plain = f"{local}@{domain.encode('idna').decode()}"
    if not at or not local or not plain.isascii() or re.search(r"[^!-~]|[<>\"(),:;\\\[\]]", plain):
        raise ValueError(f"{address} is no address that mail can be sent to")
    return plain
