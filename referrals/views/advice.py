"""Questions between clinicians: what waits, asking, answering, and one question on its page."""

from operator import methodcaller

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.listings import Column, Listing, Rows, minute_of, offer
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referralcrm.practice.pulse import live
from referrals.actions import advice as actions
from referrals.filters import AdviceFilter
from referrals.forms import AdviceForm, AnswerForm, QuestionForm
from referrals.models import AdviceRequest
from referrals.models.waiting import standing
from referrals.states import AdviceStep
from referrals.views.replies import names_the_patient, reply

A_PAGE = 25


def _found(data, *, here, by):
    """The filters as understood, and the rows: clinicians begin with their own."""
    found = AdviceFilter(data, queryset=AdviceRequest.objects.kept().at(here).with_everyone())
    return found, found.qs.of(by) if _shows_own(data, by) else found.qs


def _shows_own(data, person):
    whose = data.get("for", "")
    return whose == "mine" or (person.sees_patients and whose != "everybody")


def rows_of(asked):
    _, rows = _found(asked.data, here=asked.here, by=asked.by)
    return Rows(rows, lambda few: stood(few, asked.by.practice))


QUESTIONS = offer(
    Listing(
        slug="questions",
        title="Questions",
        url_name="referrals:advice",
        noun="advicerequest",
        named="the words of questions and answers",
        rows=rows_of,
        columns=(
            Column("direction", "Direction", methodcaller("get_direction_display")),
            Column("partner", "Partner", "partner.name"),
            Column("office", "From", "partner.line"),
            Column("kind", "About", methodcaller("get_kind_display")),
            Column("left", "Time left", "standing.tag"),
            Column("question", "Question", "question", only_named=True),
            Column("answer", "Answer", "answer", only_named=True),
            Column("asked", "Asked", minute_of("asked_at")),
            Column("channel", "By", methodcaller("get_channel_display")),
            Column("promised", "Promised by", minute_of("promised_by")),
            Column("answered", "Answered", minute_of("answered_at")),
            Column("withdrawn", "Withdrawn", minute_of("withdrawn_at")),
            Column("owner", "Clinician", "owner.name"),
            Column("next", "Next", methodcaller("get_next_step_display")),
        ),
    )
)


@allow(Permission.VIEW)
@live("advicerequest", "partner")
def questions(request):
    """The most pressing first. ``for`` is mine or everybody."""
    here = chosen_place(request)
    found, rows = _found(request.GET, here=here, by=request.user)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": told(page, request.user.practice),
        "filter": found,
        "here": here,
        "mine": _shows_own(request.GET, request.user),
        "narrowed": any(request.GET.get(name) for name in ("show", "direction", "kind", "partner")),
        "steps": AdviceStep.choices,
    }
    return render(request, "referrals/advice.html", context)


def told(rows, practice):
    """The same rows, each with its ``standing`` and, once answered, the ``reply`` to paste."""
    for row in stood(rows, practice):
        row.reply = reply(row, practice) if row.answered_at and not row.referral_id else ""
    return rows


def stood(rows, practice):
    """The same rows, each with its ``standing``."""
    now, calendar = timezone.now(), Calendar(practice)
    for row in rows:
        row.standing = standing(row, now, calendar)
    return rows


@allow(Permission.LOG, methods="GET POST")
@once
def ask(request):
    here = chosen_place(request)
    form = bound(request, QuestionForm, person=request.user, query=request.GET, here=here)
    if made := saved(request, form, actions.ask):
        undo = reverse("referrals:delete_advice", args=[made.pk])
        to = None if request.POST.get("next") else reverse("referrals:advice")
        return carried_out(request, _said(made), undo=undo, to=to)
    return render(request, "referrals/advice_new.html", {"form": form})


@allow(Permission.VIEW)
def question(request, pk):
    """One question, how its clock stands and why, and everything that can be done with it."""
    asked = _get(pk)
    practice = request.user.practice
    names_them = names_the_patient(asked)
    context = {
        "advice": asked,
        "standing": _standing(request, asked),
        "names_them": names_them,
        "reply": reply(asked, practice, with_answer=not names_them),
        "answer_form": AnswerForm(advice=asked) if asked.is_open else None,
    }
    return render(request, "referrals/advice_request.html", context)


@allow(Permission.LOG, methods="GET POST")
def update(request, pk):
    asked = _get(pk)
    form = bound(request, AdviceForm, advice=asked)
    if saved(request, form, actions.change, asked):
        return carried_out(request, "Saved.", to=asked.get_absolute_url())
    return render(request, "referrals/advice_edit.html", {"form": form, "advice": asked})


@allow(Permission.LOG, methods="GET POST")
def answer(request, pk):
    """From a row of a list (``next``), or on a page of its own."""
    asked = _get(pk)
    form = bound(request, AnswerForm, advice=asked)
    if saved(request, form, actions.answer, asked):
        undo = reverse("referrals:reopen_advice", args=[pk])
        text = f"Answered: {asked.partner.name}." if asked.is_ours else f"{asked.partner.name} answered."
        to = None if request.POST.get("next") else asked.get_absolute_url()
        return carried_out(request, text, undo=undo, to=to)
    context = {"form": form, "advice": asked, "standing": _standing(request, asked)}
    return render(request, "referrals/advice_answer.html", context)


@allow(Permission.LOG, methods="POST")
def withdraw(request, pk):
    asked = _get(pk)
    try:
        actions.withdraw(asked, version=_version(request), by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=asked.get_absolute_url())
    undo = reverse("referrals:reopen_advice", args=[pk])
    return carried_out(request, "No longer needed.", undo=undo, to=reverse("referrals:advice"))


@allow(Permission.LOG, methods="POST")
def reopen(request, pk):
    asked = actions.reopen(_get(pk), by=request.user)
    return carried_out(request, "Open again.", to=asked.get_absolute_url())


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    asked = actions.delete(_get(pk), by=request.user)
    text = "In the trash for 30 days."
    return carried_out(request, text, undo=trash.undo(asked), to=reverse("referrals:advice"))


def _get(pk):
    rows = AdviceRequest.objects.kept().with_everyone().select_related("referral__patient", "location")
    return get_object_or_404(rows, pk=pk)


def _standing(request, asked):
    return standing(asked, timezone.now(), Calendar(request.user.practice))


def _version(request):
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _said(asked):
    whom = f"{asked.partner.name} asks us" if asked.is_ours else f"We ask {asked.partner.name}"
    return f"Written down: {whom}."
