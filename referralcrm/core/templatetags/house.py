"""Template words used on many pages: days people read, and a form's one-time key."""

from datetime import date, datetime
from uuid import UUID

from django import template
from django.utils.html import format_html

from referralcrm.core.keys import new_id
from referralcrm.core.phones import dialled

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context):
    """The hidden one-time key of a creating form; a form shown again keeps the key it had."""
    request = context.get("request")
    typed = request.POST.get("once", "") if request else ""
    try:
        key = UUID(typed)
    except ValueError:
        key = new_id()
    return format_html('<input type="hidden" name="once" value="{}">', key)


@register.simple_tag(takes_context=True)
def came_from(context):
    """The hidden field ``next``: the page to go back to, as the address or the form before named it."""
    request = context["request"]
    return format_html(
        '<input type="hidden" name="next" value="{}">', request.POST.get("next", request.GET.get("next", ""))
    )


@register.simple_tag(takes_context=True)
def ago(context, moment, today=None):
    """A day as people say it ("3 days ago", "tomorrow"), with the exact one on hover.

    ``moment`` is a date or an aware datetime; days are the practice's own.
    """
    if moment is None:
        return ""
    practice = context["request"].user.practice
    is_instant = isinstance(moment, datetime)
    local = moment.astimezone(practice.zone) if is_instant else moment
    day = local.date() if is_instant else local
    exact = f"{local:%a} {local.day} {local:%b %Y}" + (f", {local:%H:%M}" if is_instant else "")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        exact,
        in_words(day, today or practice.today()),
    )


def in_words(day: date, today: date) -> str:
    """How far ``day`` is from ``today``: "today", "tomorrow", "in 3 days", "2 weeks ago", "12 Mar 2025"."""
    days = (day - today).days
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    if abs(days) < 14:
        return f"in {days} days" if days > 0 else f"{-days} days ago"
    if abs(days) < 60:
        weeks = abs(days) // 7
        return f"in {weeks} weeks" if days > 0 else f"{weeks} weeks ago"
    return short_day(day, today)


register.filter(dialled)


@register.simple_tag(takes_context=True)
def on(context, value):
    """A date as a list of days shows it, 9 Nov, with the exact one on hover."""
    today = context["request"].user.practice.today()
    exact = f"{value:%a} {value.day} {value:%b %Y}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, short_day(value, today)
    )


@register.filter
def day(value):
    """12 Nov 2026."""
    return f"{value.day} {value:%b %Y}" if value else ""


def short_day(value: date, today: date) -> str:
    """12 Nov, with the year when it is not this one."""
    return f"{value.day} {value:%b}" + ("" if value.year == today.year else f" {value.year}")
