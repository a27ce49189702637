"""Today's list on paper, with boxes to tick."""

from referralcrm.core.templatetags.house import in_words, short_day
from referralcrm.front.prints.frame import answer, long_day, printed_by
from referralcrm.front.today import Today
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place, settle

MOST = 400  # rows of a section: more than a day can hold


class WholeDay(Today):
    """Every row of every section."""

    first = MOST


@allow(Permission.VIEW)
def today(request):
    """What needs me, or with ``?for=everybody`` the practice; patients as this person may read them."""
    everybody = request.GET.get("for") == "everybody"
    page = WholeDay(request.user, everybody=everybody, location=chosen_place(request))
    here = settle(request, page.numbers.places).here
    names = request.user.may(Permission.VIEW_PATIENTS)
    data = {
        "day": long_day(page.day),
        "whose": "What needs the practice" if everybody else f"What needs {request.user.name}",
        "practice": f"{page.practice.name}, {here}" if here else page.practice.name,
        "lede": page.lede,
        "sections": list(filter(None, _sections(page))),
        "foot": printed_by(request.user) + (". Names of patients: shred it tonight." if names else "."),
    }
    return answer(request, "today", data, title=f"Today, {long_day(page.day)}", filename="today.pdf")


def _sections(page):
    return [_section(title, getattr(page, name), worded, page.day) for name, title, worded in SECTIONS]


def _section(title, section, worded, today):
    if not section.rows:
        return None
    more = f"{section.more} more are on the screen." if section.more else ""
    rows = [worded(row, today) for row in section.rows]
    return {"title": title, "count": section.total, "rows": rows, "more": more}


def _row(what, about="", *, why="", tag="", late=False, reach=""):
    return {"what": what, "about": about, "why": why, "tag": tag, "late": late, "reach": reach}


def _report(report, today):
    late = report.due_on < today
    tag = f"due {in_words(report.due_on, today)}"
    about = f"for {report.referral.partner.name}" if report.referral.partner else ""
    return _row(report.patient_name, about, why=report.why, tag=tag, late=late)


def _whence(referral):
    """The partner, with the direction; another source in its own words."""
    if referral.partner is None:
        return f"({referral.other_side})"
    return f"{'from' if referral.is_received else 'to'} {referral.other_side}"


def _booking(referral, today):
    if referral.did_not_come:
        waits = "Did not come; to be booked again"
    elif referral.days:
        waits = f"Waiting {referral.days} day{'' if referral.days == 1 else 's'}"
    else:
        waits = "Came in today"
    why = "; ".join(filter(None, [waits, referral.calls_told])) + "."
    urgent = referral.get_urgency_display() if referral.urgency != "routine" else ""
    return _row(referral.patient_name, _whence(referral), why=why, tag=urgent, late=bool(urgent))


def _paper(referral, today):
    if referral.to_finish:
        tag, why = "to be finished", "Part of it could not be read."
    else:
        tag, why = "", "Details are missing."
    return _row(referral.patient_name, _whence(referral), why=why, tag=tag)


def _visit(referral, today):
    at = f", {referral.appointment_time:%H:%M}" if referral.appointment_time else ""
    booked = f"Booked for {short_day(referral.appointment_on, today)}{at}."
    return _row(referral.patient_name, _whence(referral), why=booked)


def _question(advice, today):
    about = "asks us" if advice.is_ours else "was asked by us"
    told = advice.standing
    return _row(
        advice.partner.name,
        about,
        why=f"“{advice.question}” {told.words}",
        tag=told.tag,
        late=told.tone == "late",
        reach=advice.partner.phone,
    )


def _consent(consent, today):
    what = f"agreed to {', '.join(consent.what)} to {consent.whom}"
    tag = f"ends {in_words(consent.until, today)}"
    return _row(consent.patient_name, what, why="Ask the patient.", tag=tag)


def _task(task, today):
    partner, late = task.partner, task.due_on < today
    about = partner.name if partner and partner.name not in task.title else ""
    tag = f"due {in_words(task.due_on, today)}" if late else ""
    reach = partner.phone if partner else ""
    return _row(task.title, about, why=task.why, tag=tag, late=late, reach=reach)


def _check_in(task, today):
    """Whom to call, as Today says it: the week is the time for it, no day is late."""
    return _row(task.partner.name, task.partner.line, why=task.why, reach=task.partner.phone)


def _step(partner, today):
    late = partner.next_step_on < today
    tag = f"due {in_words(partner.next_step_on, today)}" if late else ""
    return _row(partner.next_step, partner.name, why=partner.goal, tag=tag, late=late, reach=partner.phone)


# the sections of Today, as the page has them
SECTIONS = [
    ("reports", "Reports due", _report),
    ("bookings", "Not yet booked", _booking),
    ("visits", "Did they come?", _visit),
    ("paper", "Paper to complete", _paper),
    ("questions", "Questions waiting", _question),
    ("consents", "Consents that end soon", _consent),
    ("thanks", "Say thank you", _task),
    ("steps", "Next steps", _step),
    ("tasks", "Tasks", _task),
    ("check_ins", "People to keep in touch with", _check_in),
]
