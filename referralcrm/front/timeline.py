"""Everything that happened between us and one partner, newest first, from several apps in one query."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import (
    BooleanField,
    Count,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate

from outreach.models import Message, MessageCause, Task, Touchpoint
from outreach.states import Hold, MessageState, RuleKind, Suppression, TaskState, TouchpointKind
from partners.models import Friction, Partner
from partners.states import Ending
from referrals.models import AdviceRequest, Referral
from referrals.states import AdviceDirection, AdviceKind, AdviceStep, Journey

A_PAGE = 20
COLUMNS = {
    "what": TextField(),
    "day": DateField(),
    "at": DateTimeField(),
    "word": TextField(),
    "step": TextField(),
    "text": TextField(),
    "who": TextField(),
    "number": IntegerField(),
    "flag": BooleanField(),
}
NOTES = {
    RuleKind.THANK_YOU: "Thank-you e-mail",
    RuleKind.REPORT_THANKS: "E-mail of thanks for a report",
    RuleKind.DIGEST: "E-mail",
}


@dataclass(frozen=True)
class Moment:
    """One line: what it was, in words, and where it can be opened or mended."""

    day: date
    at: datetime
    title: str
    text: str = ""
    why: str = ""
    url_name: str = ""
    key: object = None


@dataclass(frozen=True)
class Stretch:
    """One page of the timeline; ``earlier`` and ``later`` are page numbers or None."""

    moments: list
    earlier: int | None
    later: int | None


def timeline(partner, *, page: int, zone) -> Stretch:
    """The ``page``-th 20 moments, counted from 1; days are those of ``zone``."""
    first = (page - 1) * A_PAGE
    rows = _touchpoints(partner).union(
        _messages(partner, zone),
        _referrals(partner),
        _tasks(partner, zone),
        _endings(partner),
        _opt_outs(partner, zone),
        _frictions(partner),
        _questions(partner, zone),
        all=True,
    )
    found = list(rows.order_by("-day", "-at", "-id")[first : first + A_PAGE + 1])
    moments = [WORDED[row["what"]](row, zone) for row in found[:A_PAGE]]
    return Stretch(moments, page + 1 if len(found) > A_PAGE else None, page - 1 if page > 1 else None)


def _row(rows, what, **columns):
    """The same columns from every table; what one does not have is empty."""
    filled = {
        name: Cast(columns[name] if name in columns else Value(what if name == "what" else None), output)
        for name, output in COLUMNS.items()
    }
    return rows.order_by().annotate(**filled).values("id", *COLUMNS)


def _touchpoints(partner):
    return _row(
        Touchpoint.objects.kept().filter(partner=partner).exclude(kind=TouchpointKind.ADVICE),
        "touchpoint",
        day=F("happened_on"),
        at=F("entered_at"),
        word=F("kind"),
        text=F("note"),
        who=F("by__name"),
        number=F("minutes"),
        flag=F("by_them"),
    )


def _messages(partner, zone):
    causes = MessageCause.objects.live().filter(message=OuterRef("pk")).order_by().values("message")
    happened = Coalesce("sent_at", "created_at")
    return _row(
        Message.objects.filter(partner=partner),
        "message",
        day=TruncDate(happened, tzinfo=zone),
        at=happened,
        word=F("rule__kind"),
        step=F("state"),
        text=Coalesce(NullIf("hold", Value("")), "suppression"),
        who=F("approved_by__name"),
        number=Subquery(causes.annotate(number=Count("pk")).values("number")),
    )


def _referrals(partner):
    return _row(
        Referral.objects.kept().filter(partner=partner),
        "referral",
        day=F("happened_on"),
        at=F("entered_at"),
        word=F("direction"),
        step=F("journey"),
        text=Coalesce("service__name", "discipline__name"),
        who=F("entered_by__name"),
    )


def _tasks(partner, zone):
    """Those a contact finished are told by the contact."""
    return _row(
        Task.objects.kept().filter(partner=partner, state=TaskState.COMPLETED, touchpoint=None),
        "task",
        day=TruncDate("closed_at", tzinfo=zone),
        at=F("closed_at"),
        text=F("title"),
        who=F("closed_by__name"),
    )


def _endings(partner):
    return _row(
        Partner.objects.filter(pk=partner.pk, ended_on__isnull=False),
        "ending",
        day=F("ended_on"),
        at=F("created_at"),
        word=F("ending"),
    )


def _opt_outs(partner, zone):
    return _row(
        Partner.objects.filter(pk=partner.pk, email_opted_out_at__isnull=False),
        "opt_out",
        day=TruncDate("email_opted_out_at", tzinfo=zone),
        at=F("email_opted_out_at"),
    )


def _frictions(partner):
    return _row(
        Friction.objects.kept().filter(partner=partner),
        "friction",
        day=F("happened_on"),
        at=F("opened_at"),
        word=F("answer"),
        text=F("trouble"),
        who=F("told_by"),
        flag=Q(answered_on__isnull=False),
    )


def _questions(partner, zone):
    """Never a word of the question itself: it is opened on its own page."""
    return _row(
        AdviceRequest.objects.kept().filter(partner=partner),
        "question",
        day=TruncDate("asked_at", tzinfo=zone),
        at=F("asked_at"),
        word=F("direction"),
        step=F("kind"),
        text=F("next_step"),
        who=F("owner__name"),
        flag=Q(answered_at__isnull=False),
        number=Q(withdrawn_at__isnull=False),
    )


def _said_touchpoint(row, zone):
    title = TouchpointKind(row["word"]).label
    minutes = f"{row['number']} min" if row["number"] else ""
    who = "they got in touch" if row["flag"] else row["who"] or ""
    text = ". ".join(filter(None, [", ".join(filter(None, [who, minutes])), row["text"]]))
    return Moment(row["day"], row["at"], title, text, "", "outreach:touchpoint", row["id"])


def _said_message(row, zone):
    state = MessageState(row["step"])
    when = f" {row['at'].astimezone(zone):%H:%M}" if state == MessageState.SENT else ""
    reason = dict(Hold.choices + Suppression.choices).get(row["text"], "")
    said = f"{state.label}{when}" + (f": {reason}" if reason else "")
    by = f", approved by {row['who']}" if row["who"] else ""
    causes = row["number"] or 0
    why = f"for {causes} referral{'s' if causes != 1 else ''}" if causes else ""
    text = f"{said} · rule “{RuleKind(row['word']).label}”{by}"
    return Moment(
        row["day"],
        row["at"],
        NOTES.get(row["word"]) or RuleKind(row["word"]).label,
        text,
        why,
        "outreach:message",
        row["id"],
    )


def _said_referral(row, zone):
    title = f"Referral {row['word']}"
    text = ", ".join(filter(None, [row["text"], Journey(row["step"]).label]))
    return Moment(row["day"], row["at"], title, text, "", "referrals:detail", row["id"])


def _said_task(row, zone):
    text = row["text"] + (f" · {row['who']}" if row["who"] else "")
    return Moment(row["day"], row["at"], "Done", text)


def _said_ending(row, zone):
    return Moment(row["day"], row["at"], Ending(row["word"]).label if row["word"] else "Ended")


def _said_opt_out(row, zone):
    return Moment(row["day"], row["at"], "Asked for no e-mail")


def _said_friction(row, zone):
    text = f"{row['text']} · {row['who']}" if row["who"] else row["text"]
    why = f"Answered: {row['word']}" if row["flag"] else "Not answered yet."
    return Moment(
        row["day"], row["at"], "What was hard for them", text, why, "partners:update_friction", row["id"]
    )


def _said_question(row, zone):
    is_ours = row["word"] == AdviceDirection.RECEIVED
    title = "They asked us" if is_ours else "We asked them"
    text = " · ".join(filter(None, [AdviceKind(row["step"]).label, row["who"]]))
    why = "Answered." if row["flag"] else "Withdrawn." if row["number"] else "Not answered yet."
    if row["flag"] and row["text"]:
        why = f"Answered; next: {AdviceStep(row['text']).label}."
    return Moment(row["day"], row["at"], title, text, why, "referrals:advice_request", row["id"])


WORDED = {
    "touchpoint": _said_touchpoint,
    "message": _said_message,
    "referral": _said_referral,
    "task": _said_task,
    "ending": _said_ending,
    "opt_out": _said_opt_out,
    "friction": _said_friction,
    "question": _said_question,
}
