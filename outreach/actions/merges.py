"""What becomes of contacts, tasks and mail when two partners turn out to be one, and when they do not.

A note that is leaving just now goes out as it is when it has been marked as being handed over; one that
was only claimed is taken back from its worker, whose fence then finds nothing (docs/adr/0007-fence.md).
"""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from outreach.actions.messages.recipients import resume_for
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import place_again, waiting_notes, words_for
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, partner_obstacle
from outreach.models import Message, MessageCause, Origin, Task, Touchpoint
from outreach.states import THANKS, UNCLAIMED, Hold, MessageState, TaskKind, TaskState
from partners.actions.merges import journal
from partners.signals import counted
from partners.states import Stage
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice

JOINED = "It joined another note."
STANDS = ("state", "hold", "suppression", "due_at", "expires_at", "waiting_because")  # back all or none
CLOSED = ("state", "skipped_because", "closed_at", "closed_by")
READ_AGAIN = "Two partners were merged, and with them their thanks: please read it again."


def of(merged) -> list:
    """How many contacts, tasks and messages there are with a partner."""
    return counted(
        contacts=Touchpoint.objects.kept().filter(partner=merged),
        tasks=Task.objects.filter(partner=merged),
        messages=Message.objects.filter(partner=merged),
        introductions=Origin.objects.filter(introduced_by=merged),
    )


def follow(survivor, merged, merge, *, by):
    """Everything moves; what would then be there twice is joined, and the stricter word on mail holds."""
    _take_back_from_workers(survivor, merged)
    notes = list(Message.objects.filter(partner=merged).values_list("pk", flat=True))
    cards = list(_thanks_by_hand(merged).values_list("pk", flat=True))
    _move_touchpoints(merge, survivor, merged)
    _move_tasks(merge, survivor, merged, by=by)
    journal.change(merge, Origin.objects.filter(introduced_by=merged), introduced_by=survivor)
    journal.change(merge, Message.objects.filter(pk__in=notes), partner=survivor)
    for note in Message.objects.joinable().filter(pk__in=notes).select_related("rule").order_by("pk"):
        _join_note(merge, note, survivor, besides=notes)
    for card in _thanks_by_hand(survivor).filter(pk__in=cards):
        _join_card(merge, card, survivor, besides=cards, by=by)
    _obey(merge, survivor, by=by)
    _space(merge, survivor)


def put_back(survivor, merged, merge, *, by) -> list:
    """Everything goes back. Thanks that were said together stay said, and are not said again.

    What an opt-out, an ending or a trouble of the other one had stopped since waits again.
    """
    _take_back_from_workers(survivor, merged)
    causes, notes, cards = _said_together(merge)
    kept = journal.put_back(merge, MessageCause, together=("message", "task"), settled=causes)
    kept += journal.put_back(merge, Message, together=STANDS, settled=notes)
    kept += journal.put_back(merge, Task, together=CLOSED, settled=cards)
    kept += journal.put_back(merge, Touchpoint)
    kept += journal.put_back(merge, Origin)
    for cause in _astray(survivor, merged):
        place_again(cause, by=by)
    for partner in (survivor, merged):
        if partner_obstacle(partner) is None:
            resume_for(partner, by=by)
    return kept


def _take_back_from_workers(*partners):
    claimed = Message.objects.filter(partner__in=partners, state=MessageState.CLAIMED)
    keys = list(claimed.order_by("pk").values_list("pk", flat=True))
    Message.objects.filter(pk__in=keys, state=MessageState.CLAIMED).update(
        state=MessageState.PENDING, lease_until=None, version=F("version") + 1
    )


def _move_touchpoints(merge, survivor, merged):
    """One occasion with both of them is one contact."""
    theirs = Touchpoint.objects.filter(partner=merged)
    same = Touchpoint.objects.kept().filter(partner=survivor, occasion=OuterRef("occasion"))
    doubled = theirs.kept().filter(Exists(same), occasion__isnull=False)
    journal.change(merge, doubled, deleted_at=timezone.now())
    journal.change(merge, theirs, partner=survivor)


def _move_tasks(merge, survivor, merged, *, by):
    """The survivor's own task of a week stays the week's; of two open check-ins one is enough."""
    theirs = Task.objects.filter(partner=merged)
    ours = Task.objects.filter(partner=survivor)
    same_week = ours.filter(kind=OuterRef("kind"), period_key=OuterRef("period_key"))
    doubled = theirs.filter(Exists(same_week)).exclude(period_key="")
    journal.change(merge, doubled, period_key="")
    check_ins = theirs.open().filter(kind=TaskKind.CHECK_IN)
    if ours.open().filter(kind=TaskKind.CHECK_IN).exists():
        _close(merge, check_ins, because=f"The same stands with {survivor.name}.", by=by)
    journal.change(merge, theirs, partner=survivor)


def _join_note(merge, note, survivor, *, besides):
    """The causes of a note join the survivor's by the outbox's own rules; else it stays a note of its own."""
    verdict = Verdict(note.state, hold=note.hold)
    into = waiting_notes(note.rule, survivor, verdict).exclude(pk__in=besides).first()
    if into is None or note.text_fixed:
        return
    journal.change(merge, note.causes.live(), message=into)
    cancelled = Verdict(MessageState.CANCELLED, waiting_because=JOINED).values()
    journal.change(merge, Message.objects.filter(pk=note.pk), **cancelled)
    if into.text_fixed:
        again = Verdict(MessageState.HELD, hold=Hold.APPROVAL, waiting_because=READ_AGAIN).values()
        journal.change(merge, Message.objects.filter(pk=into.pk), **again)


def _thanks_by_hand(partner):
    live = MessageCause.objects.live().filter(task=OuterRef("pk"), rule__kind__in=THANKS)
    return Task.objects.open().filter(Exists(live), partner=partner)


def _join_card(merge, card, survivor, *, besides, by):
    same = MessageCause.objects.live().filter(task=OuterRef("pk"), rule__in=card.causes.live().values("rule"))
    into = _thanks_by_hand(survivor).filter(Exists(same), kind=card.kind).exclude(pk__in=besides).first()
    if into is None:
        return
    journal.change(merge, card.causes.live(), task=into)
    _close(merge, Task.objects.filter(pk=card.pk), because="It joined another task.", by=by)
    journal.change(merge, Task.objects.filter(pk=into.pk), why=words_for(into))


def _obey(merge, survivor, *, by):
    """An opt-out, a bounce or an ending of either stops what waits for both."""
    if verdict := partner_obstacle(survivor):
        waiting = Message.objects.filter(partner=survivor, state__in=UNCLAIMED)
        journal.change(merge, waiting, **verdict.values())
    if survivor.stage == Stage.ENDED:
        because = f"{survivor.name} is no longer a partner."
        _close(merge, _thanks_by_hand(survivor), because=because[:200], by=by)


def _space(merge, survivor):
    """A note to one of them a few days ago was a note to both: the next waits for the seventh day."""
    calendar = Calendar(current_practice())
    waiting = Message.objects.joinable().filter(partner=survivor, state=MessageState.PENDING)
    for note in waiting.select_related("rule").order_by("pk"):
        due_at, because = next_slot(rule=note.rule, partner=survivor, calendar=calendar)
        if because and due_at > note.due_at:
            later = {"due_at": due_at, "expires_at": due_at + EXPIRES_AFTER, "waiting_because": because}
            journal.change(merge, Message.objects.filter(pk=note.pk), **later)


def _close(merge, tasks, *, because, by):
    values = {"state": TaskState.CANCELLED, "skipped_because": because, "closed_at": timezone.now()}
    journal.change(merge, tasks, **values, closed_by=by)


def _said_together(merge):
    """The causes that joined a note or a card which has left, is done or was decided on since.

    With the notes and the cards they had come from: those stay closed.
    """
    told = journal.remembered(merge, MessageCause)
    causes = MessageCause.objects.filter(pk__in=told).select_related("message", "task").order_by("pk")
    returnable = UNCLAIMED | {MessageState.SUPPRESSED}
    settled = [
        cause.pk
        for cause in causes
        if (cause.message and cause.message.state not in returnable)
        or (cause.task and cause.task.state != TaskState.REQUESTED)
    ]
    came_from = [told[pk][0] for pk in settled]
    notes, cards = ({row[name] for row in came_from if row.get(name)} for name in ("message", "task"))
    return frozenset(settled), _keys(notes), _keys(cards)


def _astray(*partners):
    """Causes in a note or a card that still waits, and is not to the partner who sent the patient."""
    other_note = Q(message__partner__in=partners, message__state__in=UNCLAIMED)
    other_note &= ~Q(message__partner=F("referral__partner"))
    other_card = Q(task__partner__in=partners, task__state=TaskState.REQUESTED)
    other_card &= ~Q(task__partner=F("referral__partner"))
    causes = MessageCause.objects.live().filter(rule__kind__in=THANKS)
    causes = causes.filter(other_note | other_card, referral__partner__in=partners)
    return causes.select_related("rule", "referral").order_by("pk")


def _keys(texts):
    return frozenset(map(UUID, texts))
