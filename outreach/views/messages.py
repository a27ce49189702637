"""What goes out: the lists, one message, and what people decide about it."""

from copy import copy
from operator import methodcaller

from django.contrib import messages as notices
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse

from outreach import mail
from outreach.actions.messages import answers
from outreach.actions.messages.send import has_inbox
from outreach.filters import MessageFilter
from outreach.forms.messages import TextForm
from outreach.models import Message
from outreach.models.messages import SHELVES, MessageQuerySet, with_causes
from outreach.states import RuleKind
from referralcrm.audit.models import AuditEvent
from referralcrm.core.answers import is_path_of_ours
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.listings import Column, Listing, Rows, minute_of, offer
from referralcrm.practice.pages import Pages
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place

PAGE = 25
CHANGED = "Somebody changed this message in the meantime; nothing was done. Look at it again."
DECISIONS = {
    "approve": (answers.approve, "Approved. It leaves at its hour."),
    "send-now": (answers.send_now, "It leaves now."),
    "withdraw": (answers.withdraw, "Taken back."),
    "mark-sent": (answers.mark_sent, "Noted as sent."),
    "resend": (answers.resend, "It is sent again."),
    "leave": (answers.leave, "It will not be sent again."),
}


def rows_of(asked):
    """The messages of the shelf that the address shows, in its order."""
    messages = Message.objects.at(asked.here)
    shelf = _shelf(asked.data, messages.counts())
    found = MessageFilter(asked.data, queryset=messages.on_shelf(shelf))
    return Rows(found.qs, MessageQuerySet.with_everyone)


def _shelf(data, counts):
    """The one that is named, else the first on which something waits for a person."""
    if data.get("show") in SHELVES:
        return data["show"]
    return next((waiting for waiting in ("approval", "answer") if counts[waiting]), "scheduled")


def _for(message):
    """What the thanks in it are for, when it is more than one thing."""
    what = "reports" if message.rule.kind == RuleKind.REPORT_THANKS else "referrals"
    return f"{message.thanked_for} {what}" if message.thanked_for > 1 else ""


MESSAGES = offer(
    Listing(
        slug="messages",
        title="Messages",
        url_name="outreach:messages",
        noun="message",
        rows=rows_of,
        columns=(
            Column("to", "To", "recipient.name"),
            Column("now", "Now", methodcaller("get_state_display")),
            Column("rule", "Rule", "rule"),
            Column("for", "For", _for),
            Column("written", "Written", minute_of("created_at")),
            Column("due", "Due", minute_of("due_at")),
            Column("sent", "Sent", minute_of("sent_at")),
            Column("why", "Why", "reason"),
        ),
    )
)


@allow(Permission.VIEW)
def index(request):
    """The shelves: what waits for a person first, then what leaves, what left and what did not."""
    here = chosen_place(request)
    messages = Message.objects.at(here)
    counts = messages.counts()
    name = _shelf(request.GET, counts)
    found = MessageFilter(request.GET, queryset=messages.on_shelf(name), request=request)
    pages = Pages(found.qs, PAGE, sort=lambda rows: rows, read=lambda few: few.with_everyone())
    context = {
        "shelf": SHELVES[name],
        "shown": name,
        "shelves": [(key, shelf, counts[key]) for key, shelf in SHELVES.items()],
        "filter": found,
        "here": here,
        "page": pages.get_page(request.GET.get("page")),
        "shows_inbox": has_inbox(request.user.practice),
    }
    return render(request, "outreach/messages.html", context | _abilities(request.user))


@allow(Permission.VIEW)
def detail(request, pk):
    """One message: its words, why it exists, and everything that happened to it."""
    everyone = Message.objects.with_everyone().select_related("approved_by", "answered_by")
    [message] = with_causes([get_object_or_404(everyone, pk=pk)])
    subject, body = mail.text_of(message)
    history = AuditEvent.objects.filter(practice_id=message.practice_id, subjects__contains=[str(pk)])
    context = {
        "message": message,
        "subject": subject,
        "body": body,
        "causes": message.causes.select_related("referral__service", "referral__discipline"),
        "history": history.filter(subject_type="message")[:PAGE],
    }
    return render(request, "outreach/message.html", context | _abilities(request.user))


@allow(Permission.APPROVE_MAIL, methods="GET POST")
def edit(request, pk):
    [message] = with_causes([get_object_or_404(Message.objects.with_everyone(), pk=pk)])
    opened = copy(message)
    opened.subject, opened.body = mail.text_of(message)
    form = bound(request, TextForm, instance=opened)
    if is_sent(request, form):
        try:
            answers.edit(message, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            notices.success(request, "The text is saved and will be sent as it stands.")
            return redirect("outreach:message", pk)
    return render(request, "outreach/message_edit.html", {"form": form, "message": message})


@allow(Permission.APPROVE_MAIL, methods="POST")
def decide(request, pk, decision):
    """Carry out one decision about one message, then go back to where it was taken."""
    if decision not in DECISIONS:
        raise Http404
    message = get_object_or_404(Message.objects.all(), pk=pk)
    act, said = DECISIONS[decision]
    try:
        act(message, version=_number(request.POST.get("version")), by=request.user)
    except Refused as refused:
        notices.error(request, CHANGED if isinstance(refused, Stale) else refused.message)
    else:
        undo = reverse("outreach:put_back", args=[pk]) if decision == "withdraw" else ""
        notices.success(request, said, extra_tags=undo)
    return redirect(_back(request, pk))


@allow(Permission.APPROVE_MAIL, methods="POST")
def put_back(request, pk):
    """Undo of taking back."""
    answers.reinstate(get_object_or_404(Message.objects.all(), pk=pk), by=request.user)
    notices.success(request, "It waits for approval again.")
    return redirect(_back(request, pk))


def _abilities(person):
    return {
        "may_decide": person.may(Permission.APPROVE_MAIL),
        "may_change_rules": person.may(Permission.MANAGE_PRACTICE),
    }


def _number(text) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _back(request, pk):
    wanted = request.POST.get("next", "")
    if is_path_of_ours(wanted):
        return wanted
    return resolve_url("outreach:message", pk)
