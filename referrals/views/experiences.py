"""What came of a referral we sent: what the patient said, and what the manager looks into."""

from datetime import date, datetime
from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import ExperienceForm, FlagAnswerForm, FlagForm
from referrals.models import Experience, QualityFlag, Referral
from referrals.states import SEEN


def with_afterwards(referrals):
    """Referrals with what ``afterwards`` reads, so that their page needs no query of its own for it."""
    told = Experience.objects.kept().filter(referral=OuterRef("pk"))
    flags = QualityFlag.objects.kept().filter(referral=OuterRef("pk"))
    said = ("id", "felt", "words_sealed", "told_on", "version")
    raised = ("id", "words_sealed", "raised_at", "answer_sealed", "answered_on", "version")
    return referrals.annotate(
        experiences_told=ArraySubquery(told.values(row=_row(said, by="noted_by__name"))),
        flags_raised=ArraySubquery(
            flags.values(row=_row(raised, by="raised_by__name", answered_by="answered_by__name"))
        ),
    )


def _row(names, **others):
    return JSONObject(**{name: name for name in names}, **others)


def afterwards(referral) -> dict | None:
    """What the patient said and the quality flags, for the page; None while there is nothing to ask."""
    told = [_made(Experience, referral, row) for row in referral.experiences_told]
    flags = [_made(QualityFlag, referral, row) for row in referral.flags_raised]
    seen = referral.attended_on or referral.journey in SEEN
    if referral.is_received or not (seen or told or flags):
        return None
    return {"experience": told[0] if told else None, "flags": flags}


DAYS = {"told_on": date.fromisoformat, "answered_on": date.fromisoformat, "raised_at": datetime.fromisoformat}
SEALED = ("words_sealed", "answer_sealed")


def _made(model, referral, row):
    """A row as JSON said it, with the names of people beside it."""
    row = dict(row)
    by, answered_by = row.pop("by"), row.pop("answered_by", "")
    row |= {name: bytes.fromhex(row[name].removeprefix("\\x")) for name in SEALED if name in row}
    row |= {name: read(row[name]) for name, read in DAYS.items() if row.get(name)}
    made = model(referral=referral, **row)
    made.by_name, made.answered_by_name = by or "", answered_by or ""
    return made


def _referral(pk):
    return get_object_or_404(Referral.objects.not_deleted().sent().with_everyone(), pk=pk)


def _page(row):
    return f"{reverse('referrals:detail', args=[row.referral_id])}#experience"


@allow(Permission.LOG, methods="GET POST")
@once
def note_experience(request, pk):
    """One tap on the referral's page, or with a sentence on a page of its own."""
    referral = _referral(pk)
    form = bound(request, ExperienceForm)
    if made := saved(request, form, partial(actions.note_experience, referral)):
        undo = reverse("referrals:delete_experience", args=[made.pk])
        text = f"The patient found it {made.get_felt_display()}."
        return carried_out(request, text, undo=undo, to=_page(made))
    return render(request, "referrals/experience.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="GET POST")
def experience(request, pk):
    told = get_object_or_404(_with_referral(Experience), pk=pk)
    form = bound(request, ExperienceForm, experience=told)
    if saved(request, form, actions.change_experience, told):
        return carried_out(request, "Saved.", to=_page(told))
    context = {"form": form, "referral": told.referral, "experience": told}
    return render(request, "referrals/experience.html", context)


@allow(Permission.LOG, methods="POST")
def delete_experience(request, pk):
    told = actions.delete_experience(get_object_or_404(_with_referral(Experience), pk=pk), by=request.user)
    return carried_out(request, "Deleted.", undo=trash.undo(told), to=_page(told))


@allow(Permission.LOG, methods="GET POST")
@once
def raise_flag(request, pk):
    referral = _referral(pk)
    form = bound(request, FlagForm)
    if made := saved(request, form, partial(actions.raise_flag, referral)):
        text = "The manager finds it on Today."
        undo = reverse("referrals:delete_flag", args=[made.pk])
        return carried_out(request, text, undo=undo, to=_page(made))
    return render(request, "referrals/flag.html", {"form": form, "referral": referral})


@allow(Permission.ANSWER_QUALITY, methods="GET POST")
def answer_flag(request, pk):
    flag = get_object_or_404(_with_referral(QualityFlag).select_related("raised_by"), pk=pk)
    form = bound(request, FlagAnswerForm, flag=flag)
    if saved(request, form, actions.answer_flag, flag):
        undo = reverse("referrals:reopen_flag", args=[pk])
        return carried_out(request, "Answered, and closed.", undo=undo, to=_page(flag))
    return render(request, "referrals/flag.html", {"form": form, "referral": flag.referral, "flag": flag})


@allow(Permission.ANSWER_QUALITY, methods="POST")
def reopen_flag(request, pk):
    flag = actions.reopen_flag(get_object_or_404(_with_referral(QualityFlag), pk=pk), by=request.user)
    return carried_out(request, "Open again.", to=_page(flag))


@allow(Permission.LOG, methods="POST")
def delete_flag(request, pk):
    flag = actions.delete_flag(get_object_or_404(_with_referral(QualityFlag), pk=pk), by=request.user)
    return carried_out(request, "Taken back.", undo=trash.undo(flag), to=_page(flag))


def _with_referral(model):
    return model.objects.kept().select_related("referral__patient", "referral__partner")
