"""How long a question has waited, in the practice's working hours, and how that is said."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from referralcrm.core.templatetags.house import short_day

SOON = timedelta(hours=4)  # working hours left at which a promise is shown as pressing
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """One question on the clock: ``tag`` with its ``tone`` ("soon", "late" or none), and a sentence."""

    words: str
    tag: str = ""
    tone: str = ""


def standing(advice, now, calendar) -> Standing:
    """Where a question stands. Red once the promise has passed, amber in its last four working hours."""
    asked = f"Asked {_when(advice.asked_at, calendar)}" + _by(advice)
    if advice.withdrawn_at:
        return Standing(f"{asked}; withdrawn {_when(advice.withdrawn_at, calendar)}.")
    if advice.answered_at:
        return Standing(f"{asked}; {_answered(advice, calendar)}.")
    if advice.promised_by is None:
        waited = calendar.working_time(advice.asked_at, now)
        ago = f", {in_words(waited, calendar)} ago" if waited >= MINUTE else ""
        return Standing(f"{asked}{ago}; nothing was promised.")
    by = _when(advice.promised_by, calendar, is_deadline=True)
    if now >= advice.promised_by:
        late = calendar.working_time(advice.promised_by, now)
        tag = f"{in_words(late, calendar)} late" if late >= MINUTE else "late"
        return Standing(f"{asked}; the answer was promised by {by}.", tag, "late")
    left = calendar.working_time(now, advice.promised_by)
    if left <= SOON:
        tag = f"{in_words(left, calendar)} left" if left >= MINUTE else "now"
        return Standing(f"{asked}; answer promised by {by}.", tag, "soon")
    return Standing(f"{asked}; answer promised by {by}, {in_words(left, calendar)} left.")


def in_words(span: timedelta, calendar) -> str:
    """ "40 working minutes", "2 working hours", or from two of the practice's days on "3 working days"."""
    opens, closes = (
        datetime.combine(date.min, at) for at in (calendar.practice.opens_at, calendar.practice.closes_at)
    )
    if span >= 2 * (closes - opens):
        number, unit = span // (closes - opens), "day"
    else:
        number, unit = (span // HOUR, "hour") if span >= HOUR else (span // MINUTE, "minute")
    return f"{number} working {unit}{'' if number == 1 else 's'}"


def _answered(advice, calendar):
    took, kept = calendar.working_time(advice.asked_at, advice.answered_at), ""
    after = f", after {in_words(took, calendar)}" if took >= MINUTE else ""
    if advice.promised_by:
        kept = ", in time" if advice.answered_at <= advice.promised_by else ", later than promised"
    return f"answered {_when(advice.answered_at, calendar)}{after}{kept}"


def _by(advice):
    return f" by {advice.get_channel_display()}" if advice.channel and advice.channel != "in_person" else ""


def _when(moment, calendar, *, is_deadline=False):
    """ "09:10" today, "yesterday 09:10", "Monday 18:00" within a week, else "2 Mar 09:10"."""
    practice = calendar.practice
    local, today = moment.astimezone(practice.zone), practice.today()
    away = (local.date() - today).days
    if away == 0:
        return f"{local:%H:%M} today" if is_deadline else f"{local:%H:%M}"
    near = {1: "tomorrow", -1: "yesterday"}
    day = near.get(away) or (f"{local:%A}" if abs(away) < 7 else short_day(local.date(), today))
    return f"{local:%H:%M} {day}" if is_deadline and away in near else f"{day} {local:%H:%M}"
