"""Every clock that runs, by the time that is left: ours, and those of others about patients we sent.

Eleven queries at most, whatever the number of rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.urls import reverse

from partners.models import Partner
from referralcrm.core.rates import Rate
from referralcrm.front.rail import count, numbers
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.listings import AT_ONCE, NAMES, Asked, Column, Listing, offer
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referralcrm.practice.pulse import live
from referralcrm.practice.scope import current_practice
from referrals.models import Obligation, Referral, Report
from referrals.models.firsts import back_with_referrer, reported_first
from referrals.models.running import in_order, running, why
from referrals.states import Running, Side

A_PAGE = 25
SIDES = {"ours": Side.US, "theirs": Side.THEM}
WHEN = [("late", "late"), ("soon", "late or due soon"), ("week", "within 7 days")]
YEAR, MATURE_AFTER = timedelta(days=365), timedelta(days=60)


class BoardForm(forms.Form):
    """The filters of the board; all may be left empty."""

    side = forms.ChoiceField(choices=[(key, key) for key in SIDES], required=False, widget=forms.HiddenInput)
    when = forms.ChoiceField(label="Time left", choices=[("", "all"), *WHEN], required=False)
    what = forms.ChoiceField(label="Clock", choices=[("", "all"), *Running.choices], required=False)
    clinician = forms.ChoiceField(label="Clinician", required=False)
    who = forms.CharField(label="Partner", max_length=160, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(practice=current_practice(), sees_patients=True).order_by("name")
        named = [(str(pk), name) for pk, name in people.values_list("pk", "name")]
        self.fields["clinician"].choices = [("", "all"), ("nobody", "nobody yet"), *named]

    @property
    def chosen(self) -> dict:
        """What is asked for; what cannot be read asks for nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True)
class Days:
    """Which days are late and which soon: today and the next working day are."""

    today: date
    next_working_day: date

    def tone(self, due_on) -> str:
        """ "late" (red), "soon" (amber) or ""."""
        if due_on < self.today:
            return "late"
        return "soon" if due_on <= self.next_working_day else ""

    def left(self, due_on) -> str:
        """The time that is left, in words."""
        days = (due_on - self.today).days
        match days:
            case 0:
                return "due today"
            case 1:
                return "due tomorrow"
        if days < 0:
            return "a day late" if days == -1 else f"{-days} days late"
        return f"due {due_on:%A}" if due_on <= self.next_working_day else f"{days} days left"

    def within(self, when) -> dict:
        """The condition of a filter on ``due_by``."""
        match when:
            case "late":
                return {"due_by__lt": self.today}
            case "soon":
                return {"due_by__lte": self.next_working_day}
            case "week":
                return {"due_by__lte": self.today + timedelta(days=7)}
        return {}


@dataclass(frozen=True)
class Row:
    """One clock. ``report`` is its Obligation, None where the clock is the referral's own."""

    what: str
    referral: Referral
    patient: str
    title: str
    due_on: date
    tone: str
    left: str
    why: str
    report: Obligation | None = None
    step: tuple[str, str] | None = None  # what brings our report on its way: words and address

    @property
    def key(self):
        return self.report.pk if self.report else f"{self.what}-{self.referral.pk}"

    @property
    def pk(self):
        """Of the referral it is about, which the audit log names."""
        return self.referral.pk


class Clocks:
    """The clocks that an address asks for; a file takes them as it takes ``practice.listings.Rows``.

    A referral may have two clocks of its own, so the key of a clock is that of its row, marked with what
    runs in the bits in which a UUID says its version: no other row has such a key.
    """

    def __init__(self, asked: Asked):
        practice, chosen = current_practice(), BoardForm(asked.data).chosen
        self.with_names, today = asked.with_names, practice.today()
        self.days = Days(today, Calendar(practice).add_working_days(today, 1))
        self.clocks = _clocks(SIDES[chosen.get("side", "ours")], asked.here, chosen, self.days)

    def count(self) -> int:
        return in_order(self.clocks).count()

    def keys(self) -> Iterator[UUID]:
        return map(_key_of, in_order(self.clocks).iterator(chunk_size=AT_ONCE))

    def read(self, keys: list[UUID]) -> list[Row]:
        """Those that still run, in the order of the keys."""
        place = {key: at for at, key in enumerate(keys)}
        mine = {
            what: clocks.filter(pk__in=[_marked(key, what) for key in keys])
            for what, clocks in self.clocks.items()
        }
        found = sorted(in_order(mine), key=lambda clock: place[_key_of(clock)])
        return _rows(found, self.days, with_name=self.with_names)


MARKS = {Running.REPORT: 0, Running.ACKNOWLEDGEMENT: 1, Running.APPOINTMENT: 2}


def _key_of(clock):
    _, what, pk, _ = clock
    return _marked(pk, what)


def _marked(key, what):
    """The key of a clock for that of its row, and the other way round."""
    return UUID(int=key.int ^ MARKS[what] << 76)


CLOCKS = offer(
    Listing(
        slug="reports",
        title="Reports",
        url_name="front:reports",
        noun="referral",
        named=NAMES,
        rows=Clocks,
        columns=(
            Column("patient", "Patient", "patient"),
            Column("partner", "Partner", "referral.partner.name"),
            Column("what", "What", "title"),
            Column("due", "Due", "due_on"),
            Column("left", "Time left", "left"),
            Column("why", "Why", "why"),
            Column("clinician", "Clinician", "referral.clinician.name"),
        ),
    )
)


@allow(Permission.VIEW)
@live("referral", "obligation", "patient", "partner")
def reports(request):
    """The board, as its address asks: side, time left, kind of clock, clinician, partner."""
    here, form = chosen_place(request), BoardForm(request.GET)
    side = SIDES[form.chosen.get("side", "ours")]
    request.numbers = found = numbers(request.user, here, **_counts(here))
    today = current_practice().today()
    days = Days(today, found.calendar.add_working_days(today, 1))
    page = Paginator(in_order(_clocks(side, here, form.chosen, days)), A_PAGE)
    page = page.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(page, days, with_name=request.user.may(Permission.VIEW_PATIENTS)),
        "filter": {"form": form},
        "side": side,
        "is_narrowed": bool(set(form.chosen) - {"side"}),
        "found": found.beside,
        "first": Rate(found.beside["first"], found.beside["back"]),
        "here": here,
        "today": today,
        "next_working_day": days.next_working_day,
        "may_log": request.user.may(Permission.LOG),
    }
    return render(request, "front/board.html", context)


def _counts(here):
    """What stands in the head of the page, counted with the frame's numbers."""
    today = current_practice().today()
    counts = {}
    for key, side in SIDES.items():
        clocks = running(side, here).values()
        counts[key] = _sum(clocks)
        counts[f"{key}_late"] = _sum(rows.filter(due_by__lt=today) for rows in clocks)
    year = Referral.objects.kept().received().at(here).filter(partner__isnull=False)
    year = year.between(today - YEAR, today - MATURE_AFTER)
    return counts | {
        "back": count(back_with_referrer(year, today)),
        "first": count(reported_first(year, today)),
    }


def _sum(each):
    return sum((count(rows) for rows in each), start=Value(0))


def _clocks(side, here, chosen, days):
    """What runs on a side at a location, as the filters leave it."""
    clocks = running(side, here)
    if what := chosen.get("what"):
        clocks = {what: clocks[what]}
    narrowed = {}
    for what, rows in clocks.items():
        path = "referral__" if what == Running.REPORT else ""
        rows = rows.filter(**days.within(chosen.get("when")))
        if clinician := chosen.get("clinician"):
            rows = rows.filter(**{f"{path}clinician": None if clinician == "nobody" else clinician})
        if who := chosen.get("who"):
            found = Partner.objects.matching(who).order_by().values_list(Coalesce("merged_into", "pk"))
            rows = rows.filter(**{f"{path}partner__in": found})
        narrowed[what] = rows
    return narrowed


def _rows(page, days, *, with_name):
    """The rows of a page (or of a part of a file) with all that they name, in their order."""
    page = list(page)
    reports = _with_documents(Obligation.objects).in_bulk(
        [pk for _, what, pk, _ in page if what == Running.REPORT]
    )
    referrals = Referral.objects.select_related("patient", "partner", "clinician")
    referrals = referrals.in_bulk([about for *_, about in page])
    for report in reports.values():
        report.referral = referrals[report.referral_id]
    return [
        _row(due_on, what, referrals[about], reports.get(pk), days, with_name)
        for due_on, what, pk, about in page
    ]


def _with_documents(obligations):
    """With the keys of what is being written for each, and of what is signed."""
    mine = Report.objects.filter(obligation=OuterRef("pk"))
    return obligations.annotate(
        draft=Subquery(mine.drafts().order_by("-saved_at").values("pk")[:1]),
        final=Subquery(mine.standing().order_by("-finalised_at").values("pk")[:1]),
    )


def _step(report):
    """ "Write it", "Go on writing" or "Send it…", with where that is done; None for a report of theirs."""
    if not report.is_ours or report.referral.patient.is_nameless:
        return None
    if report.draft:
        return "Go on writing", reverse("referrals:write_report", args=[report.draft])
    if report.final:
        return "Send it…", reverse("referrals:send_report", args=[report.final])
    start = reverse("referrals:start_report", args=[report.referral_id])
    return "Write it", f"{start}?{urlencode({'obligation': report.pk})}"


def _row(due_on, what, referral, report, days, with_name):
    titles = {Running.ACKNOWLEDGEMENT: "tell the referrer it arrived", Running.APPOINTMENT: "an appointment"}
    return Row(
        what=what,
        referral=referral,
        patient=referral.patient.label(with_name=with_name),
        title=report.title if report else titles[what],
        due_on=due_on,
        tone=days.tone(due_on),
        left=days.left(due_on),
        why=report.explained if report else why(what, due_on, days.today),
        report=report,
        step=report and _step(report),
    )
