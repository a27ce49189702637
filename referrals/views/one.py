"""One referral: where the patient is, where the report is, and what comes next."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from referralcrm.core.answers import carried_out, not_carried_out, stood_on
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice
from referrals import actions
from referrals.actions.patients import change
from referrals.forms import (
    CorrectForm,
    NextStepForm,
    PatientForm,
    RedirectForm,
    ReportAct,
    ReportForm,
    StepForm,
)
from referrals.models import Obligation, Referral
from referrals.models.advice import listed_questions
from referrals.models.calls import as_calls, calls_made
from referrals.models.checklists import checklist, with_checklists
from referrals.models.offers import whom_offered
from referrals.models.running import own_clocks
from referrals.signals import beside
from referrals.states import STEPS, TAKEN_BACK, ReportKind, Verb
from referrals.views.attachments import listed_paper, paper_of
from referrals.views.calls import undo_address
from referrals.views.care_team import listed_team, team_on
from referrals.views.choices import offers_of
from referrals.views.consents import consents_of, listed_consents
from referrals.views.experiences import afterwards, with_afterwards
from referrals.views.listed_deliveries import deliveries_of, listed_deliveries
from referrals.views.listed_documents import can_be_written, documents_of, listed_documents
from referrals.views.quicker import who_answered_the_report, who_was_quicker
from referrals.views.stories import listed_stories, stories_of

REPORT_ACTS = {
    ReportAct.DONE: actions.record_report,
    ReportAct.CONFIRM: actions.confirm_report,
    ReportAct.WAIVE: actions.waive_report,
    ReportAct.TAKE_BACK: actions.take_report_back,
}


@allow(Permission.VIEW)
def referral(request, pk):
    return _show(request, _get(pk))


def _get(pk):
    rows = (
        Referral.objects.not_deleted()
        .with_everyone()
        .select_related("entered_by", "partner__agreement")
        .annotate(
            calls_made=calls_made(),
            paper=listed_paper(),
            questions=listed_questions(),
            documents=listed_documents(),
            listed_consents=listed_consents(),
            listed_team=listed_team(),
            listed_stories=listed_stories(),
            listed_deliveries=listed_deliveries(),
            offered=whom_offered(),
        )
        .annotate(**{f"beside_{part.name}": part.expression for part in beside()})
    )
    return get_object_or_404(with_afterwards(with_checklists(rows)), pk=pk)


def _show(request, referral, *, next_form=None, other_form=None):
    """The page, with a form that was refused in place of the fresh one."""
    person = request.user
    may_step = person.may(Permission.LOG)
    if may_step and referral.next_step:
        next_form = next_form or NextStepForm(referral=referral, person=person, auto_id="next_%s")
    others = Referral.objects.kept().filter(patient=referral.patient).exclude(pk=referral.pk)
    parts = [(part, getattr(referral, f"beside_{part.name}")) for part in beside()]
    reports = _reports(referral, [part for part in parts if part[0].place == "report"])
    documents = documents_of(referral, reports)
    for report in reports:
        report.written = next((row for row in documents if row.meets(report)), None)
    context = {
        "referral": referral,
        "names": person.may(Permission.VIEW_PATIENTS),
        "patient_label": referral.patient.label(with_name=person.may(Permission.VIEW_PATIENTS)),
        "events": _history(referral),
        "reports": reports,
        "documents": documents,
        "can_go": [row for row in documents if row.stands],
        "may_write": may_step and can_be_written(referral),
        "clocks": own_clocks(referral, current_practice().today()),
        "today": current_practice().today(),
        "others": others.with_everyone()[:10],
        "next_form": next_form,
        "other_form": other_form or (StepForm(referral=referral, person=person) if may_step else None),
        "paper": paper_of(referral),
        "checklist": checklist(referral),
        "afterwards": afterwards(referral),
        "asked_for": _asked_for(referral),
        "consents": consents_of(referral),
        "care_team": team_on(referral),
        "stories": stories_of(referral),
        "offers": offers_of(referral),
        "deliveries": deliveries_of(referral),
        "beside": [
            (part.template, part.read(found, referral)) for part, found in parts if part.place == "aside"
        ],
        "can_redirect": may_step and referral.journey in STEPS[Verb.REDIRECT].start,
    }
    return render(request, "referrals/detail.html", context)


def _history(referral):
    """Steps and calls, the newest first."""
    events = list(referral.events.select_related("by"))
    for event in events:
        event.referral = referral  # whose patient opens the reason
    newest_first = sorted(events, key=lambda event: (event.entered_at, event.pk), reverse=True)
    calls = as_calls(referral.calls_made)
    return sorted([*newest_first, *calls], key=lambda row: row.entered_at, reverse=True)


def _asked_for(referral):
    asked = list(referral.details_requests.select_related("contact"))
    for one in asked:
        one.referral = referral
    return asked


def _reports(referral, parts):
    """What was promised; what was never begun and is not required is left out, but for the first.

    Each with what the apps above show beside it.
    """
    every = list(referral.obligations.all())
    reports = [
        report for report in every if report.kind == ReportKind.INITIAL or not report.stopped_by_itself
    ]
    for report in reports:
        report.stops = report.track(referral.attended_on)
        told = [(part.template, part.read(found, report)) for part, found in parts]
        report.beside = [(template, said) for template, said in told if said is not None]
    return reports


@allow(Permission.LOG, methods="POST")
def move(request, pk):
    """One step of the journey, from this page or, with ``next``, from a row of a list."""
    referral = _get(pk)
    form = _step_form(request, referral)
    try:
        if form.is_stale:
            raise Stale(referral)
        if form.is_valid():
            actions.move(referral, by=request.user, **form.values())
            text = f"{referral.other_side}: {referral.get_journey_display()}."
            undo = undo_address("step", referral) if form.cleaned_data["verb"] in TAKEN_BACK else ""
            return carried_out(request, text, undo=undo, to=_to(request, referral))
    except Stale:
        told = who_was_quicker(pk, person=request.user)
        if "next" in request.POST:
            return not_carried_out(request, Refused(told))
        form = StepForm(request.POST, referral=_get(pk), person=request.user)
        form.show_current(told)
    except Refused as refused:
        refuse(form, refused)
    if "next" in request.POST:
        return not_carried_out(request, Refused(form.first_error))
    return _show(request, _get(pk), **{form.place: form})


def _step_form(request, referral):
    """The form that was sent: the next step's, or that of any other step."""
    is_next = referral.next_step and request.POST.get("verb") == referral.next_step.verb
    form_class, ids = (NextStepForm, "next_%s") if is_next else (StepForm, "id_%s")
    return form_class(request.POST, referral=referral, person=request.user, auto_id=ids)


def _to(request, referral):
    return None if "next" in request.POST else referral.get_absolute_url()


@allow(Permission.LOG, methods="GET POST")
@once
def pass_on(request, pk):
    referral = _get(pk)
    form = bound(request, RedirectForm, referral=referral)
    if is_sent(request, form):
        try:
            onward = actions.redirect(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"Passed on to {onward.other_side}.")
            return redirect(onward)
    return render(request, "referrals/pass_on.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="GET POST")
def update(request, pk):
    referral = _get(pk)
    form = bound(request, CorrectForm, instance=referral)
    if is_sent(request, form):
        try:
            actions.update(referral, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(referral)
    return render(request, "referrals/correct.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="GET POST")
def patient(request, pk):
    """What is known about the patient of this referral."""
    referral = _get(pk)
    form = bound(request, PatientForm, patient=referral.patient)
    if is_sent(request, form):
        try:
            change(referral.patient, by=request.user, **form.words())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(referral)
    return render(request, "referrals/patient.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="POST")
def report(request, pk):
    """Sent, received, confirmed or not required, by hand; from this page or a row of a list."""
    rows = Obligation.objects.select_related("referral__patient", "referral__partner")
    report = get_object_or_404(rows, pk=pk)
    is_undo = "act" in request.GET  # from a toast, whose form has no fields
    form = ReportForm(request.GET if is_undo else request.POST)
    to = stood_on(request) if is_undo else _to(request, report.referral)
    try:
        if not form.is_valid():
            raise Refused(form.first_error)
        REPORT_ACTS[form.cleaned_data["act"]](report, by=request.user, **form.values())
    except Stale:
        return not_carried_out(request, Refused(who_answered_the_report(pk, person=request.user)), to=to)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    undo = "" if form.cleaned_data["act"] == ReportAct.TAKE_BACK else _undo_report(report)
    return carried_out(request, f"Report: {report.said}.", undo=undo, to=to)


def _undo_report(report):
    taken_back = urlencode({"act": ReportAct.TAKE_BACK, "version": report.version})
    return f"{reverse('referrals:report', args=[report.pk])}?{taken_back}"
