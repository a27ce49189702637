"""One line to paste into a text message, which says nothing that names a patient."""

from django.template.loader import render_to_string

from referrals.models.patients import normalised

SHORTEST = 3  # letters of a name that count as naming somebody


def reply(advice, practice, *, with_answer=True) -> str:
    """What goes back to who asked: that the question is here, or what the answer is. Always one line."""
    asked = advice.asked_at.astimezone(practice.zone)
    words = {"advice": advice, "practice": practice, "with_answer": with_answer}
    words["asked"] = f"{asked.day} {asked:%B}"
    if advice.promised_by:
        due = advice.promised_by.astimezone(practice.zone)
        words["due"] = f"{due:%H:%M} on {due:%A} {due.day} {due:%B}"
    return " ".join(render_to_string("referrals/reply.txt", words).split())


def names_the_patient(advice) -> bool:
    """Whether the answer holds a name of the patient of its referral, as far as one is linked."""
    if advice.referral is None or not advice.answer:
        return False
    said = {normalised(word) for word in advice.answer.split()}
    names = {normalised(word) for word in advice.referral.patient.name.replace(",", " ").split()}
    return bool({name for name in names if len(name) >= SHORTEST} & said)
