"""Questions between clinicians: asked, answered, withdrawn; and what was promised."""

from copy import copy
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from partners.actions import create as create_partner
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice
from referralcrm.practice.trash import require_kept
from referrals.actions.handover import give_to
from referrals.models import AdviceRequest
from referrals.signals import advice_changed
from referrals.states import AdviceChannel, AdviceKind

NO_ANSWER = "Say in a few words what was answered."
TOO_EARLY = {
    "asked_at": "That is years ago. Look at the year.",
    "answered_at": "This is before it was asked.",
}
OLDEST = timedelta(days=5 * 366)  # how long ago a question may have been asked


def usual_promise(kind, asked_at, calendar):
    """By when an answer is promised where nothing else was said (product settings, "advice").

    Urgent: within the practice's working hours for it (2). Otherwise by closing time of the next working
    day, or as many days on as the practice says.
    """
    practice = calendar.practice
    if kind == AdviceKind.URGENT:
        return calendar.after_working_time(asked_at, timedelta(hours=practice.advice_urgent_hours))
    closing = calendar.closing_after(asked_at, practice.advice_days)
    return closing if closing > asked_at else calendar.closing_after(asked_at, 1)


@transaction.atomic
def ask(*, by, direction, question, partner=None, new_partner="", asked_at=None, promised_by=None, **fields):
    """Write a question down, and return it. Raises Refused, at the field that is wrong.

    ``fields``: kind, channel, contact, owner, location, referral. ``new_partner`` is the name of one to be
    added first. ``asked_at`` is now when not given, and what is asked of us is promised as usual when
    nothing else was promised.
    """
    if new_partner:
        partner = create_partner(by=by, name=new_partner)
    advice = AdviceRequest(
        direction=direction, partner=partner, asked_at=asked_at or timezone.now(), entered_by=by, **fields
    )
    _check(advice, question, promised_by)
    if advice.referral and advice.referral.partner_id != partner.pk:
        raise Refused("This referral is with another partner.", field="partner_text")
    advice.promised_by, advice.question = promised_by or _as_usual(advice), question.strip()
    advice.save()
    record("asked", by=by, subject=advice)
    _tell(advice, by)
    return advice


@transaction.atomic
def change(advice, *, version, by, promised_by=None, **fields):
    """Mend what was written down: the fields of ``ask``, and of ``answer`` where it was answered.

    Raises Refused, and Stale.
    """
    current = lock(advice, version=version)
    texts = {name: fields.pop(name).strip() for name in ("question", "answer") if name in fields}
    wanted = copy(current)
    new_texts = {name: text for name, text in texts.items() if text != getattr(current, name)}
    for name, value in (fields | new_texts).items():
        setattr(wanted, name, value)
    _check(wanted, texts["question"], promised_by)
    if current.answered_at and not texts.get("answer", "-"):
        raise Refused(NO_ANSWER, field="answer")
    fields |= {"promised_by": promised_by or _as_usual(wanted)}
    fields |= {f"{name}_sealed": getattr(wanted, f"{name}_sealed") for name in new_texts}
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=[name.removesuffix("_sealed") for name in changed])
        _tell(current, by)
    return current


@transaction.atomic
def answer(advice, *, version, by, answer, next_step="", answered_at=None):
    """Write down what was answered, which stops the clock (now). Raises Refused, and Stale.

    A question of nobody's becomes the clinician's who answers it.
    """
    if not answer.strip():
        raise Refused(NO_ANSWER, field="answer")
    current = _open_one(advice, version)
    answered_at = answered_at or timezone.now()
    _check_past(answered_at, "answered_at", since=current.asked_at)
    is_theirs = current.owner_id is None and current.is_ours and by.sees_patients
    wanted = copy(current)
    wanted.answer = answer.strip()
    owner = by if is_theirs else current.owner
    values = {"answered_at": answered_at, "next_step": next_step, "owner": owner}
    write(current, answer_sealed=wanted.answer_sealed, **values)
    record("answered", by=by, subject=current)
    _tell(current, by)
    return current


@transaction.atomic
def withdraw(advice, *, version, by):
    """Nobody needs the answer any more: it leaves the list and every statistic. Raises Refused, Stale."""
    current = _open_one(advice, version)
    write(current, withdrawn_at=timezone.now())
    record("withdrawn", by=by, subject=current)
    _tell(current, by)
    return current


@transaction.atomic
def reopen(advice, *, by):
    """Undo: neither answered nor withdrawn. What was typed as the answer stays for the next time."""
    current = lock(advice)
    if not current.is_open:
        write(current, answered_at=None, withdrawn_at=None, next_step="")
        record("opened again", by=by, subject=current)
        _tell(current, by)
    return current


@transaction.atomic
def connect(advice, *, referral, by):
    """Say which referral came of a question. Raises Refused for another partner's."""
    current = lock(advice)
    if referral.partner_id != current.partner_id:
        raise Refused("This referral is with another partner than the question.")
    if write(current, referral=referral):
        record("changed", by=by, subject=current, changed=["referral"])
    return current


@transaction.atomic
def write_letter(advice, *, version, by, letter):
    """Keep the words of the question on paper. Raises Refused without any, and Stale."""
    if not letter.strip():
        raise Refused("Write the letter.", field="letter")
    current = lock(advice, version=version)
    if letter.strip() != current.letter:
        wanted = copy(current)
        wanted.letter = letter.strip()
        write(current, letter_sealed=wanted.letter_sealed)
        record("changed", by=by, subject=current, changed=["letter"])
    return current


@transaction.atomic
def letter_left(advice, *, channel, by):
    """The letter went to them, by post or fax."""
    current = lock(advice)
    write(current, channel=channel)
    record("sent", by=by, subject=current, note=AdviceChannel(channel).label)
    _tell(current, by)
    return current


def connect_if_fitting(key, *, referral, by):
    """The same for the id of a question that may be gone, answered for already, or another partner's."""
    asked = AdviceRequest.objects.kept().filter(pk=key, partner=referral.partner_id, referral=None).first()
    if asked is not None:
        connect(asked, referral=referral, by=by)


@transaction.atomic
def delete(advice, *, by):
    """Put it in the trash."""
    current = put_away(advice, by=by)
    _tell(current, by)
    return current


@transaction.atomic
def restore(advice, *, by):
    """Fetch it out of the trash. Refused after 30 days, and while its partner is there."""
    require_kept(advice.partner)
    current = fetch_back(advice, by=by)
    _tell(current, by)
    return current


def open_of(person):
    """The open questions that are this clinician's."""
    return AdviceRequest.objects.open().filter(owner=person).select_related("partner")


def hand_over(person, *, heir, by):
    """Give a clinician's open questions to ``heir`` who treats patients; else they are everybody's."""
    give_to(heir, open_of(person), column="owner", by=by, otherwise="to everybody")


def _as_usual(advice):
    """Our usual promise; of what we ask others we promise nothing."""
    if not advice.is_ours:
        return None
    return usual_promise(advice.kind, advice.asked_at, Calendar(current_practice()))


def _open_one(advice, version):
    current = lock(advice, version=version)
    if current.answered_at:
        raise Refused("Somebody answered this already.")
    if current.withdrawn_at:
        raise Refused("This question was withdrawn. Open it again first.")
    return current


def _check(advice, question, promised_by):
    if not question.strip():
        raise Refused("Write the question.", field="question")
    _check_past(advice.asked_at, "asked_at", since=timezone.now() - OLDEST)
    if promised_by and promised_by < advice.asked_at:
        raise Refused("This is before the question was asked.", field="promised_by")
    if advice.answered_at and advice.answered_at < advice.asked_at:
        raise Refused("It was answered before that.", field="asked_at")
    if advice.contact and advice.contact.partner_id != advice.partner_id:
        raise Refused("Choose somebody at this partner’s office.", field="contact")
    if advice.owner and not advice.owner.may(Permission.LOG):
        raise Refused("This person cannot answer it here.", field="owner")


def _check_past(moment, field, *, since):
    if moment > timezone.now():
        raise Refused("This is still to come.", field=field)
    if moment < since:
        raise Refused(TOO_EARLY[field], field=field)


def _tell(advice, by):
    advice_changed.send(AdviceRequest, advice=advice, by=by)
