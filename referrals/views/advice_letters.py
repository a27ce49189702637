"""A respectful question on paper: written, looked over, printed, and sent by post or fax."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow
from referrals.actions import advice as actions
from referrals.forms import QuestionLetterForm
from referrals.forms.etiquette import ASKS, flagged
from referrals.models import AdviceRequest
from referrals.states import AdviceChannel
from referrals.views.letters import first_words, question_to_a_colleague

ON_PAPER = (AdviceChannel.LETTER, AdviceChannel.FAX)


@allow(Permission.LOG, methods="GET POST")
def letter(request, pk):
    """The words, with what in them may sound blunt; nothing is forbidden."""
    asked = _ours(pk)
    words = asked.letter or first_words(asked, by=request.user)
    form = bound(request, QuestionLetterForm, advice=asked, initial={"letter": words})
    if kept := saved(request, form, actions.write_letter, asked):
        said = f"Kept. {_count(len(flagged(kept.letter)))}"
        return carried_out(request, said, to=reverse("referrals:advice_letter", args=[pk]))
    context = {
        "form": form,
        "advice": asked,
        "asks": ASKS,
        "flags": flagged(form["letter"].value() or ""),
        "ways": ON_PAPER,
    }
    return render(request, "referrals/advice_letter.html", context)


@allow(Permission.LOG)
def page(request, pk):
    """The letter as PDF, once its words were kept and so looked over."""
    asked = _ours(pk)
    if not asked.letter:
        raise Refused("Write the letter first, and save it.")
    data = question_to_a_colleague(asked, by=request.user)
    pdf = typeset("letter", data, title="A question", country=request.user.practice.country)
    record("printed", by=request.user, subject=asked, note=request.resolver_match.view_name)
    return printed(pdf, "question.pdf")


@allow(Permission.LOG, methods="POST")
def left(request, pk, channel):
    """It was posted or faxed."""
    asked = _ours(pk)
    if channel not in ON_PAPER:
        raise Refused("On paper it goes by letter or fax.")
    actions.letter_left(asked, channel=channel, by=request.user)
    return carried_out(request, f"Sent by {channel}.", to=asked.get_absolute_url())


def _ours(pk):
    rows = AdviceRequest.objects.kept().sent().with_everyone().select_related("location")
    return get_object_or_404(rows, pk=pk)


def _count(number):
    if not number:
        return "No blunt words were found."
    return "One place is worth a look." if number == 1 else f"{number} places are worth a look."
