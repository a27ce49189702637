"""Whatever is merged, worked on and taken apart again, in whatever order: what nobody touched is as before.

Every column of every row that can move is compared. Versions count up and are left out, and so is the
journal itself. MERGE_EXAMPLES asks for more histories than the few of every run.
"""

import os
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.actions import tasks, touchpoints
from outreach.actions.merges import CLOSED, STANDS
from outreach.models import Message, MessageCause, Task, Touchpoint
from outreach.states import MessageState, TaskKind, TouchpointKind
from partners import actions
from partners.models import Affiliation, Contact, Merge, MergedRow, Organisation, Partner
from partners.states import Channel, Circle, Ending, Side
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Plan, PracticeOwned
from referralcrm.practice.scope import current_practice
from referrals.actions import move, receive
from referrals.models import Referral
from referrals.states import Verb
from tests import factories
from tests.partners.merging import merge, take_apart

M = MessageState
COMPARED = [
    model
    for app in ("partners", "referrals", "outreach")
    for model in apps.get_app_config(app).get_models()
    if issubclass(model, PracticeOwned) and model not in (Merge, MergedRow)
]
TOGETHER = {
    Message._meta.label: {Message._meta.get_field(name).attname for name in STANDS},
    Task._meta.label: {Task._meta.get_field(name).attname for name in CLOSED},
    MessageCause._meta.label: {"message_id", "task_id"},
    Partner._meta.label: {"stage", "stage_before", "ending", "ended_on"},
}
OUTBOX = {Message._meta.label, MessageCause._meta.label, Task._meta.label}
FEW_VALUES = {  # the work may say again by chance what the merge had written
    *("circle", "preferred_channel", "organisation_id", "next_step_on"),
    *("since", "until", "until_before", "ended_with_partner"),
}
chosen = st.integers(min_value=0, max_value=7)
tried = settings(
    max_examples=int(os.environ.get("MERGE_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize="MERGE_EXAMPLES" not in os.environ,
)


def dump():
    """(label, key, column) → value, of every row."""
    found = {}
    for model in COMPARED:
        for row in model.objects.values():
            for column, value in row.items():
                if column != "version":
                    value = bytes(value) if isinstance(value, memoryview) else value
                    found[model._meta.label, row["id"], column] = value
    return found


class History:
    """A practice in which two clerks merge, work and take apart; ``touched`` are the cells of the work."""

    def __init__(self, alice):
        self.alice, self.today = alice, current_practice().today()
        self.merges, self.touched, self.is_watched, self.last = [], {}, False, None
        self.plans = [Plan.objects.create(name=name) for name in ("Blue", "Red", "Green")]
        self.offices = [factories.organisation(name) for name in ("North", "South", "Nord")]
        for number, name in enumerate(("Dr Adaeze Okafor", "A. Okafor", "Ada Okafor", "Dr Lind")):
            said = {"phone": f"+44 {number}", "goal": name, "tags": [name], "area": name[:number]}
            partner = factories.partner(name, preferred_channel=[*Channel][number % 2], **said)
            receive(by=alice, patient=factories.patient(), partner=partner, happened_on=self.today)
            touchpoints.log(partners=[partner], kind="call", happened_on=self.today, by=alice)
            self.planned(number, 1)
            self.known_there(number, number)
            self.at_an_office(number, 0)

    def partners(self):
        return list(Partner.objects.kept().order_by("pk"))

    def partner(self, number):
        found = self.partners()
        return found[number % len(found)]

    def step(self, verb, a, b):
        """Carry out one verb; what it changes counts as touched unless it merges or takes apart."""
        is_work = self.is_watched and verb not in MERGING
        before = (self.last or dump()) if is_work else None
        try:
            with transaction.atomic():
                getattr(self, verb)(a, b)
        except Refused:
            return
        self.last = dump() if is_work else None
        for cell, value in (self.last or {}).items():
            if before.get(cell, self) != value:
                self.touched[cell] = value

    # the work

    def received(self, a, b):
        day = self.today - timedelta(days=b * 5)
        receive(by=self.alice, patient=factories.patient(), partner=self.partner(a), happened_on=day)

    def declined(self, a, b):
        if row := Referral.objects.order_by("pk")[a : a + 1].first():
            move(row, Verb.DECLINE, by=self.alice, reason="full")

    def called(self, a, b):
        both = list({self.partner(a), self.partner(b)})
        kind = TouchpointKind.CALL if b % 2 else TouchpointKind.NOTE
        touchpoints.log(partners=both, kind=kind, happened_on=self.today, by=self.alice)

    def forgotten(self, a, b):
        if row := Touchpoint.objects.kept().order_by("pk")[a : a + 1].first():
            touchpoints.delete(row, by=self.alice)

    def planned(self, a, b):
        kind, key = (TaskKind.CHECK_IN, f"2026-W{10 + b % 2}") if b % 3 else (TaskKind.OTHER, "")
        tasks.add(kind=kind, title="Call", due_on=self.today, partner=self.partner(a), period_key=key)

    def finished(self, a, b):
        if row := Task.objects.open().order_by("pk")[a : a + 1].first():
            tasks.complete(row, version=row.version, by=self.alice, contact="call" if b % 2 else "")

    def sent(self, a, b):
        if row := Message.objects.filter(state=M.PENDING).order_by("pk")[a : a + 1].first():
            Message.objects.filter(pk=row.pk).update(state=M.SENT, sent_at=timezone.now())

    def edited(self, a, b):
        row, text = self.partner(a), f"{next(factories.numbers)}"
        fields = [
            {"phone": text, "notes": text},
            {"tags": [text], "goal": text},
            {"next_step": text, "next_step_on": self.today},
            {"plans": self.plans[: b % 4], "area": text},
        ][b % 4]
        actions.update(row, version=row.version, by=self.alice, **fields)

    def edited_channel(self, a, b):
        row, fields = self.partner(a), {"circle": [*Circle][b % 3], "preferred_channel": [*Channel][b % 3]}
        actions.update(row, version=row.version, by=self.alice, **fields)

    def at_an_office(self, a, b):
        office, since = self.offices[b % 3], self.today - timedelta(days=100 * b)
        actions.affiliate(self.partner(a), office=office, since=since, by=self.alice)

    def left_an_office(self, a, b):
        if row := Affiliation.objects.kept().order_by("pk")[a : a + 1].first():
            actions.delete_affiliation(row, by=self.alice)

    def known_there(self, a, b):
        actions.create_contact(self.partner(a), name=f"Jo {b % 2}", by=self.alice)

    def gone_there(self, a, b):
        if row := Contact.objects.order_by("pk")[a : a + 1].first():
            row.delete()

    def opted_out(self, a, b):
        row = self.partner(a)
        (actions.opt_in if row.has_opted_out else actions.opt_out)(row, by=self.alice)

    def ended(self, a, b):
        row = self.partner(a)
        if row.ended_on:
            actions.resume(row, by=self.alice)
        else:
            actions.end(row, ending=list(Ending)[b % 4], on=self.today, by=self.alice)

    # merging

    def merged(self, a, b):
        first, second = self.partner(a), self.partner(b)
        if first != second:
            choices = {name: list(Side)[b % 2] for name in ("phone", "circle", "goal")} if b % 2 else {}
            self.merges.append(merge(first, second, by=self.alice, **choices))

    def offices_merged(self, a, b):
        kept = list(Organisation.objects.kept().order_by("pk"))
        if len(kept) > 1 and a % len(kept) != b % len(kept):
            self.merges.append(merge(kept[a % len(kept)], kept[b % len(kept)], by=self.alice))

    def taken_apart(self, a, b):
        if self.merges:
            done = self.merges[a % len(self.merges)]
            take_apart(done, by=self.alice)
            self.merges.remove(done)


MERGING = ["merged", "offices_merged", "taken_apart"]
THANKS = ["received", "declined", "sent", "finished", "opted_out", "ended", "called", "edited_channel"]
WORK = ["planned", "edited", "at_an_office", "left_an_office", "known_there", "gone_there", "forgotten"]
work, any_work = st.sampled_from(WORK + MERGING * 2), st.sampled_from(WORK + THANKS + MERGING * 3)
past = st.lists(st.tuples(st.sampled_from(WORK + THANKS * 2), chosen, chosen), max_size=8)
then = st.one_of(
    st.lists(st.tuples(verbs, chosen, chosen), min_size=4, max_size=10) for verbs in (work, any_work)
)


@given(before=past, after=then)
@tried
def test_taken_apart_again_all_is_as_it_was_but_for_the_work_done_since(riverside, alice, before, after):
    savepoint = transaction.savepoint()
    try:
        history = History(alice)
        for verb, a, b in before:
            history.step(verb, a, b)
        base = dump()
        history.is_watched = True
        history.step("merged", 0, 1)
        for verb, a, b in after:
            history.step(verb, a, b)
        while history.merges:
            history.step("taken_apart", len(history.merges) - 1, 0)
        compare(base, dump(), history.touched)
    finally:
        transaction.savepoint_rollback(savepoint)


def compare(base, now, touched):
    """What the work did not touch is as before it all; what it did touch is as it left it."""
    there = {cell[:2] for cell in now}
    free = follows_the_work(base | now, touched)
    alike = {cell: value for cell, value in base.items() if cell[:2] in there and cell not in free}
    assert {cell: now[cell] for cell in alike if cell not in touched} == {
        cell: value for cell, value in alike.items() if cell not in touched
    }
    for cell, value in touched.items():
        if cell[:2] in there and cell not in free and cell[2] not in FEW_VALUES:
            assert now[cell] == value, cell


def follows_the_work(cells, touched):
    """Cells that need not be as before: columns that stand together with a touched one, and whom the
    outbox had to think about again: thanks that left, were decided on, or were joined by new ones."""
    rows = {cell[:2] for cell in touched if cell[2] in TOGETHER.get(cell[0], ())}
    is_thanked = any(label in OUTBOX for label, _, _ in touched)
    opted_out = any(column == "email_opted_out_at" for _, _, column in touched)
    return {
        (label, key, column)
        for label, key, column in cells
        if (column in TOGETHER.get(label, ()) and ((label, key) in rows or (is_thanked and label in OUTBOX)))
        or (opted_out and column == "email_opted_out_at")
        or (is_thanked and (label, column) == (Task._meta.label, "why"))
    }
