"""The list of the log."""

from operator import methodcaller

from django.db.models import F, FilteredRelation, Min, Q
from django.shortcuts import redirect, render

from referralcrm.practice import browse
from referralcrm.practice.browse import Browsed, BuiltIn
from referralcrm.practice.listings import NAMES, Asked, Column, labelled, minute_of, offer
from referralcrm.practice.pages import Pages
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referralcrm.practice.pulse import live
from referralcrm.practice.scope import current_practice
from referrals.filters import ReferralFilter
from referrals.models import Referral
from referrals.states import Loop

A_PAGE = 25
NEWEST = ["-happened_on", "-id"]
SORTS = {
    "date": ["happened_on", "id"],
    "-date": NEWEST,
    "partner": [F("partner__name").asc(nulls_last=True), *NEWEST],
    "-partner": [F("partner__name").desc(nulls_last=True), *NEWEST],
    "due": [F("due_on").asc(nulls_last=True), *NEWEST],
    "-due": [F("due_on").desc(nulls_last=True), *NEWEST],
    "booked": [F("appointment_on").asc(nulls_last=True), *NEWEST],
    "-booked": [F("appointment_on").desc(nulls_last=True), *NEWEST],
    "back": [F("next_visit_on").asc(nulls_last=True), *NEWEST],
    "-back": [F("next_visit_on").desc(nulls_last=True), *NEWEST],
}


def rows_of(asked, *, columns, sort):
    """Filtered and sorted, with all that a row names."""
    found = ReferralFilter(asked.data, queryset=Referral.objects.not_deleted(), here=asked.here)
    return found, _whole(_sorted(found.qs, sort))


def _whole(rows):
    """With all that the list shows of them."""
    return rows.with_everyone().prefetch_related("obligations")


def _sorted(rows, sort):
    if sort in {"due", "-due"}:
        # joined with the few that are due: asked of each referral alone they take ten times as long
        due = FilteredRelation("obligations", condition=Q(obligations__state=Loop.DUE))
        rows = rows.annotate(clock=due, due_on=Min("clock__due_on"))
    return rows.order_by(*SORTS.get(sort, NEWEST))


def _partner(referral):
    """Where the patient came from, when no partner did it."""
    return referral.partner.name if referral.partner else referral.get_source_display()


def _report(referral):
    """Its state, with the day by which it is or was due."""
    report = referral.report
    if report is None or report.state != Loop.DUE:
        return report and report.get_state_display()
    return f"{'overdue since' if report.is_overdue else 'due'} {report.due_on.isoformat()}"


REFERRALS = offer(
    Browsed(
        slug="referrals",
        title="Referrals",
        url_name="referrals:list",
        noun="referral",
        named=NAMES,
        filters=ReferralFilter,
        rows=rows_of,
        columns=(
            Column("date", "When", "happened_on", sort="date"),
            Column("patient", "Patient", "patient_label", is_fixed=True),
            Column("partner", "Partner", _partner, sort="partner"),
            Column("for", "For", "what_for"),
            Column("now", "Now", methodcaller("get_journey_display")),
            Column("report", "Report", _report, sort="due"),
            Column("direction", "Direction", methodcaller("get_direction_display")),
            Column("clinician", "Clinician", "clinician.name"),
            Column("location", "Location", "location.name"),
            Column("urgency", "Urgency", methodcaller("get_urgency_display")),
            Column("source", "Source", methodcaller("get_source_display")),
            Column("channel", "Came or went by", methodcaller("get_channel_display")),
            Column("booked", "Booked for", "appointment_on", sort="booked"),
            Column("back", "Back with the referrer", "next_visit_on", sort="back"),
            Column("entered", "Entered", minute_of("entered_at")),
        ),
        usual=("date", "patient", "partner", "for", "now", "report"),
        built_in=(
            BuiltIn(browse.EVERYTHING, "All"),
            BuiltIn("unbooked", "Not yet booked", "journey=unbooked&sort=date"),
            BuiltIn("reports", "Reports due", "report=due&sort=due"),
            BuiltIn("urgent", "Urgent and open", "journey=open&urgency=urgent"),
            BuiltIn("mine", "Mine, open", "clinician={me}&journey=open", permission=Permission.LOG),
        ),
        unsaved=frozenset({"patient"}),
    )
)


@allow(Permission.VIEW)
@live("referral", "obligation", "patient", "partner")
def referrals(request):
    """Filtered, sorted and shown as the address says; who may not see names reads record numbers."""
    chosen = browse.Chosen(REFERRALS, request)
    request.GET = chosen.address  # what every link and form on the page goes on from
    if chosen.was_reordered:
        return redirect(f"{request.path}?{request.GET.urlencode()}")
    here = chosen_place(request)
    found, _ = rows_of(Asked(request.GET, here, request.user), columns=chosen.column_keys, sort=chosen.sort)
    pages = Pages(found.qs, A_PAGE, sort=lambda rows: _sorted(rows, chosen.sort), read=_whole)
    page = pages.get_page(request.GET.get("page"))
    labelled(page, with_names=request.user.may(Permission.VIEW_PATIENTS))
    context = {
        "chosen": chosen,
        "stale": browse.stale(found),
        "filter": found,
        "page": page,
        "today": current_practice().today(),
        "here": found.here,
        "can_log": request.user.may(Permission.LOG),
        "can_export": request.user.may(Permission.EXPORT),
        "narrowed": [field for field in found.form.hidden_fields() if field.value()],
    }
    return render(request, "referrals/list.html", context)
