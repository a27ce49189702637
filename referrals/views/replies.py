"""One line to paste into a text message, which says nothing that names a patient."""

import re

from django.template.loader import render_to_string
from django.utils import timezone

from referrals.models.patients import normalised

SHORTEST = 3  # letters of a name that count as naming somebody, however they are written
LOCAL = 7  # digits of a phone number that stay the same with or without its country
WORD = re.compile(r"[^\W\d_]+")


def reply(advice, practice, *, with_answer=True) -> str:
    """What goes back to who asked: that the question is here, or what the answer is. Always one line."""
    asked = advice.asked_at.astimezone(practice.zone)
    words = {"advice": advice, "practice": practice, "with_answer": with_answer}
    words["asked"] = f"{asked.day} {asked:%B}"
    if advice.promised_by:
        due = advice.promised_by.astimezone(practice.zone)
        words["is_late"] = advice.promised_by < timezone.now()
        words["due"] = f"{due:%H:%M} on {due:%A} {due.day} {due:%B}"
    return " ".join(render_to_string("referrals/reply.txt", words).split())


def names_the_patient(advice) -> bool:
    """Whether the answer tells who the patient of its referral is, as far as one is linked: by a name, the
    record number, or in figures by the day of birth or the phone number.
    """
    if advice.referral is None or not advice.answer:
        return False
    patient, said = advice.referral.patient, _words(advice.answer)
    short = set(WORD.findall(patient.name)) & set(WORD.findall(advice.answer))  # "Li", but not "li"
    known = {word for word in _words(patient.name) if len(word) >= SHORTEST}
    known |= {normalised(patient.record_number)} - {""}
    return bool(short or known & said or _in_figures(patient, normalised(advice.answer)))


def _words(text) -> set[str]:
    """Each word, and each part of one that a hyphen or an apostrophe divides."""
    return {normalised(word) for word in [*text.split(), *WORD.findall(text)]} - {""}


def _in_figures(patient, plain) -> bool:
    born = patient.born
    forms = ("{0:%Y%m%d}", "{0:%d%m%Y}", "{0:%m%d%Y}", "{0.day}{0.month}{0.year}", "{0.month}{0.day}{0.year}")
    figures = [form.format(born) for form in forms] if born else []
    if len(phone := normalised(patient.phone)) >= LOCAL:
        figures.append(phone[-LOCAL:])
    return any(each in plain for each in figures)
