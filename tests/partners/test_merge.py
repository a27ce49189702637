"""Two partners become one: every link follows, doubles are folded, and the stricter word holds."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.apps import apps
from django.db import connections
from django.utils import timezone

from outreach.actions.messages import send
from outreach.models import Message, MessageCause, Task, Touchpoint
from outreach.states import MessageState, Suppression, TaskKind
from partners import actions
from partners.actions import friction, intake, merges
from partners.models import Affiliation, Contact, Merge, Organisation, Partner, PartnerPlan
from partners.states import AddressState, Circle, Ending, Side, Stage
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.models import Plan, PracticeOwned
from referralcrm.practice.scope import enter
from referrals.actions import receive
from tests import factories
from tests.committed import wait_until
from tests.outreach.test_overtaken import somebody_waits_for_a_row
from tests.partners.merging import ROWS, merge, take_apart

M = MessageState
LINKS = sorted(
    f"{model._meta.label}.{field.name}"
    for model in apps.get_models()
    if issubclass(model, PracticeOwned)
    for field in model._meta.concrete_fields
    if field.is_relation and field.related_model in (Partner, Organisation)
)


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", email="okafor@north.example")


@pytest.fixture
def double(riverside):
    return factories.partner("A. Okafor", email="okafor@south.example")


@pytest.mark.parametrize("link", LINKS)
def test_every_link_follows_and_goes_back(link, riverside, alice):
    assert link in ROWS, (
        f"{link}: move it when partners are merged, and add a row to tests/partners/merging.py"
    )
    model, _, column = link.rpartition(".")
    target = apps.get_model(model)._meta.get_field(column).related_model
    survivor, merged = target.objects.create(name="Stays"), target.objects.create(name="Goes")
    row = ROWS[link](merged)
    done = merge(survivor, merged, by=alice)
    row.refresh_from_db()
    assert getattr(row, column) == survivor
    assert take_apart(done, by=alice) == []
    row.refresh_from_db()
    assert getattr(row, column) == merged


def test_the_merged_one_leaves_every_list_and_comes_back(okafor, double, alice):
    done = merge(okafor, double, by=alice)
    assert list(Partner.objects.kept()) == [okafor]
    take_apart(done, by=alice)
    assert set(Partner.objects.kept()) == {okafor, double}
    with pytest.raises(Refused, match="apart already"):
        take_apart(done, by=alice)


def test_the_fuller_value_stays_unless_somebody_chooses(riverside, alice):
    ours = {
        "phone": "",
        "goal": "lunch",
        "tags": ["sport"],
        "special_interests": [],
        "notes": "kind",
        "area": "North",
    }
    theirs = {
        "phone": "+44 20 7946 0000",
        "goal": "tea",
        "tags": ["Sport", "knee"],
        "notes": "quick",
        "area": "South",
    }
    first, second = factories.partner("Ann", **ours), factories.partner("Ann Okafor", **theirs)
    done = merge(first, second, by=alice, goal=Side.THEIRS)
    first.refresh_from_db()
    assert first.name == "Ann Okafor"
    assert (first.phone, first.goal, first.area) == ("+44 20 7946 0000", "tea", "North")
    assert (first.tags, first.notes) == (["sport", "knee"], "kind\n\nquick")
    take_apart(done, by=alice)
    first.refresh_from_db()
    assert {name: getattr(first, name) for name in ours} == ours


def test_what_was_changed_since_stays_and_is_told(okafor, double, alice):
    Partner.objects.filter(pk=double.pk).update(phone="+44 20 7946 0000", area="South")
    done = merge(okafor, double, by=alice)
    okafor.refresh_from_db()
    actions.update(okafor, version=okafor.version, by=alice, phone="+44 20 7946 0001")
    made_since = factories.referral(partner=okafor)
    kept = take_apart(done, by=alice)
    okafor.refresh_from_db()
    made_since.refresh_from_db()
    assert [(each.model, each.fields) for each in kept] == [(Partner, ("phone",))]
    assert (okafor.phone, okafor.area, made_since.partner) == ("+44 20 7946 0001", "", okafor)


@pytest.mark.parametrize("which", ["survivor", "merged"])
def test_the_strictest_word_holds_whoever_said_it(okafor, double, alice, which):
    row = okafor if which == "survivor" else double
    at = timezone.now() - timedelta(days=90)
    Partner.objects.filter(pk=row.pk).update(
        email_opted_out_at=at, stage=Stage.ENDED, ending=Ending.DIED, ended_on=date(2026, 1, 5)
    )
    notes = [factories.message(partner=each, referrals=0) for each in (okafor, double)]
    done = merge(okafor, double, by=alice)
    okafor.refresh_from_db()
    assert okafor.email_opted_out_at == at
    assert (okafor.stage, okafor.ending, okafor.ended_on) == (Stage.ENDED, Ending.DIED, date(2026, 1, 5))
    for note in notes:
        note.refresh_from_db()
        assert (note.state, note.suppression) in [(M.SUPPRESSED, Suppression.OPTED_OUT), (M.CANCELLED, "")]
    take_apart(done, by=alice)
    for note in notes:
        note.refresh_from_db()
        assert note.state == M.PENDING


def test_an_address_that_came_back_stays_so_and_another_does_not(okafor, double, alice):
    Partner.objects.filter(pk=double.pk).update(email_state=AddressState.BOUNCED)
    done = merge(okafor, double, by=alice)
    okafor.refresh_from_db()
    assert okafor.email_state == AddressState.OK
    take_apart(done, by=alice)
    merge(okafor, double, by=alice, email=Side.THEIRS)
    okafor.refresh_from_db()
    assert (okafor.email, okafor.email_state) == ("okafor@south.example", AddressState.BOUNCED)


def test_an_opt_out_since_the_merge_holds_for_both_when_they_are_taken_apart(okafor, double, alice):
    done = merge(okafor, double, by=alice)
    actions.opt_out(okafor, by=alice)
    take_apart(done, by=alice)
    assert all(row.has_opted_out for row in Partner.objects.kept())


def never_write(double, alice):
    actions.opt_out(double, by=alice)


def retire(double, alice):
    actions.end(double, ending=Ending.RETIRED, on=double.practice.today(), by=alice)


def complain(double, alice):
    friction.report(double, trouble="A long wait", happened_on=double.practice.today(), by=alice)


@pytest.mark.parametrize("said", [never_write, retire, complain])
def test_thanks_that_the_word_of_the_other_stopped_wait_again_when_taken_apart(okafor, double, alice, said):
    said(double, alice)
    done = merge(okafor, double, by=alice)
    receive(by=alice, patient=factories.patient(), partner=okafor, happened_on=okafor.practice.today())
    note = Message.objects.get()
    assert note.state in {M.HELD, M.SUPPRESSED}
    take_apart(done, by=alice)
    note.refresh_from_db()
    assert (note.partner, note.state, note.hold, note.suppression) == (okafor, M.PENDING, "", "")


def test_what_is_hard_for_the_survivor_does_not_go_back_with_the_others_note(okafor, double, alice):
    notes = [factories.message(partner=each) for each in (okafor, double)]
    done = merge(okafor, double, by=alice)
    complain(okafor, alice)
    take_apart(done, by=alice)
    states = [Message.objects.get(pk=note.pk).state for note in notes]
    assert states == [M.HELD, M.PENDING]


def test_a_list_that_was_checked_before_they_were_merged_speaks_of_the_survivor(okafor, double, alice):
    merge(okafor, double, by=alice)
    said = {"name": "A. Okafor", "phone": "+44 20 7946 0000", "email_opted_out_at": timezone.now()}
    filled = intake.fill_in({str(double.pk): said}, by=alice)
    okafor.refresh_from_db()
    assert ([*filled], okafor.phone, okafor.has_opted_out) == ([str(okafor.pk)], said["phone"], True)


def test_spans_at_one_office_become_one(okafor, double, alice):
    office = factories.organisation()
    ours = Affiliation.objects.create(partner=okafor, organisation=office, since=date(2022, 1, 1))
    theirs = Affiliation.objects.create(
        partner=double, organisation=office, since=date(2020, 1, 1), position="Lead"
    )
    done = merge(okafor, double, by=alice)
    row = Affiliation.objects.kept().get()
    assert (row.pk, row.since, row.position) == (ours.pk, date(2020, 1, 1), "Lead")
    take_apart(done, by=alice)
    ours.refresh_from_db(), theirs.refresh_from_db()
    assert (ours.since, ours.position, theirs.partner, theirs.deleted_at) == (
        date(2022, 1, 1),
        "",
        double,
        None,
    )


def test_plans_are_united_and_the_same_person_at_the_office_is_there_once(okafor, double, alice):
    both, theirs = Plan.objects.create(name="Blue"), Plan.objects.create(name="Red")
    for partner, plan in ((okafor, both), (double, both), (double, theirs)):
        PartnerPlan.objects.create(partner=partner, plan=plan)
    for partner in (okafor, double):
        Contact.objects.create(partner=partner, name="Jo Reed")
    done = merge(okafor, double, by=alice)
    assert set(okafor.plans.all()) == {both, theirs}
    assert Contact.objects.kept().get().partner == okafor
    take_apart(done, by=alice)
    assert (set(okafor.plans.all()), set(double.plans.all())) == ({both}, {both, theirs})
    assert Contact.objects.kept().count() == 2


def test_merging_frees_a_place_in_the_inner_circle_and_coming_back_asks_for_one(
    okafor, double, riverside, alice
):
    Partner.objects.update(circle=Circle.INNER)
    riverside.inner_circle_size = 2
    riverside.save()
    done = merge(okafor, double, by=alice)
    actions.create(name="Dr Lind", circle=Circle.INNER, by=alice)
    take_apart(done, by=alice)
    double.refresh_from_db()
    assert double.circle == Circle.NETWORK


def test_a_week_has_one_check_in_and_both_come_back(okafor, double, alice):
    tasks = [
        Task.objects.create(
            partner=partner, kind=TaskKind.CHECK_IN, period_key="2026-W10", title="Call", due_on="2026-03-02"
        )
        for partner in (okafor, double)
    ]
    done = merge(okafor, double, by=alice)
    assert Task.objects.open().get() == tasks[0]
    take_apart(done, by=alice)
    assert [(task.partner, task.period_key) for task in Task.objects.open().order_by("pk")] == [
        (okafor, "2026-W10"),
        (double, "2026-W10"),
    ]


def test_notes_that_wait_become_one_and_nobody_is_thanked_twice(okafor, double, alice):
    ours, theirs = factories.message(partner=okafor), factories.message(partner=double)
    done = merge(okafor, double, by=alice)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.partner) == (M.CANCELLED, okafor)
    assert ours.causes.count() == 2
    take_apart(done, by=alice)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.partner, ours.causes.count(), theirs.causes.count()) == (
        M.PENDING,
        double,
        1,
        1,
    )


def test_thanks_that_were_said_together_are_not_said_again(okafor, double, alice):
    ours, theirs = factories.message(partner=okafor), factories.message(partner=double)
    done = merge(okafor, double, by=alice)
    Message.objects.filter(pk=ours.pk).update(state=M.SENT, sent_at=timezone.now())
    take_apart(done, by=alice)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.causes.count(), ours.causes.count()) == (M.CANCELLED, 0, 2)


def test_cards_to_write_become_one(okafor, double, alice):
    for partner in (okafor, double):
        task = Task.objects.create(
            partner=partner,
            kind=TaskKind.THANK_CARD,
            title="Card",
            why="For a referral they made.",
            due_on="2026-03-04",
        )
        note = factories.message(partner=partner, state=M.CANCELLED)
        note.causes.update(message=None, task=task)
    done = merge(okafor, double, by=alice)
    assert Task.objects.open().get().why == "For 2 referrals they made."
    take_apart(done, by=alice)
    assert [(task.why, task.causes.count()) for task in Task.objects.open()] == [
        ("For a referral they made.", 1)
    ] * 2


def test_a_note_left_to_one_of_them_so_the_next_to_both_waits_a_week(okafor, double, alice):
    factories.message(partner=double, state=M.SENT, sent_at=timezone.now() - timedelta(days=1))
    waiting = factories.message(partner=okafor)
    done = merge(okafor, double, by=alice)
    before = waiting.due_at
    waiting.refresh_from_db()
    assert waiting.due_at >= before + timedelta(days=5)
    assert "this one waits a week" in waiting.waiting_because
    take_apart(done, by=alice)
    waiting.refresh_from_db()
    assert (waiting.due_at, waiting.waiting_because) == (before, "")


def test_a_referral_made_since_leaves_the_note_that_goes_back_to_the_other(okafor, double, alice, riverside):
    theirs = factories.message(partner=double)
    done = merge(okafor, double, by=alice)
    okafor.refresh_from_db()
    receive(by=alice, patient=factories.patient(), partner=okafor, happened_on=riverside.today())
    assert theirs.causes.count() == 2
    take_apart(done, by=alice)
    for cause in MessageCause.objects.live().select_related("message", "referral"):
        assert cause.message.partner_id == cause.referral.partner_id


def test_one_occasion_with_both_is_one_contact(okafor, double, alice):
    occasion = factories.patient().pk
    for partner in (okafor, double):
        Touchpoint.objects.create(partner=partner, happened_on="2026-03-01", occasion=occasion)
    done = merge(okafor, double, by=alice)
    assert Touchpoint.objects.kept().get().partner == okafor
    take_apart(done, by=alice)
    assert Touchpoint.objects.kept().count() == 2


def test_a_page_that_is_out_of_date_merges_nothing(okafor, double, alice):
    with pytest.raises(Stale):
        merges.merge_partners(okafor, double, choices={}, versions=(okafor.version, 7), by=alice)
    assert not Merge.objects.exists()


def test_after_thirty_days_two_stay_one(okafor, double, alice):
    done = merge(okafor, double, by=alice)
    Merge.objects.update(at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="30 days"):
        take_apart(done, by=alice)


def test_a_chain_is_taken_apart_from_its_end_and_says_so(okafor, double, alice):
    third = factories.partner("Dr Adaeze Okafor-Lindqvist")
    referral = factories.referral(partner=double)
    first = merge(okafor, double, by=alice)
    second = merge(third, okafor, by=alice)
    assert Partner.objects.merged_away().get(pk=double.pk).merged_into == third
    with pytest.raises(Refused, match="merged with Dr Adaeze Okafor-Lindqvist. Take those two apart first"):
        take_apart(first, by=alice)
    take_apart(second, by=alice)
    take_apart(first, by=alice)
    referral.refresh_from_db()
    assert (referral.partner, Partner.objects.kept().count()) == (double, 3)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_merged_into_one_come_apart_in_either_order(okafor, double, alice, order):
    third = factories.partner("Ada Okafor")
    Partner.objects.filter(pk=double.pk).update(phone="+44 1", tags=["a"])
    Partner.objects.filter(pk=third.pk).update(phone="+44 2", tags=["b"])
    before = Partner.objects.values("phone", "tags", "name").get(pk=okafor.pk)
    done = [merge(okafor, double, by=alice), merge(okafor, third, by=alice, phone=Side.THEIRS)]
    for number in order:
        assert take_apart(done[number], by=alice) == []
    assert Partner.objects.values("phone", "tags", "name").get(pk=okafor.pk) == before


def test_organisations_keep_one_office_of_each_person(okafor, alice):
    stays, goes = factories.organisation("Northgate Surgery"), factories.organisation("Northgate surgery")
    Partner.objects.filter(pk=okafor.pk).update(organisation=goes)
    for office in (stays, goes):
        Affiliation.objects.create(partner=okafor, organisation=office)
    referral = factories.referral(partner=okafor, organisation=goes)
    done = merge(stays, goes, by=alice)
    okafor.refresh_from_db(), referral.refresh_from_db()
    assert Affiliation.objects.kept().get().organisation == stays
    assert (okafor.organisation, referral.organisation) == (stays, stays)
    assert list(Organisation.objects.kept()) == [stays]
    take_apart(done, by=alice)
    okafor.refresh_from_db(), referral.refresh_from_db()
    assert (okafor.organisation, referral.organisation, Affiliation.objects.kept().count()) == (goes, goes, 2)


def test_an_office_that_comes_back_is_the_one_it_was_merged_with(okafor, double, alice):
    first, second, third = (factories.organisation(name) for name in ("North", "South", "North Surgery"))
    Partner.objects.filter(pk=okafor.pk).update(organisation=first)
    Partner.objects.filter(pk=double.pk).update(organisation=second)
    done = merge(okafor, double, by=alice, organisation=Side.THEIRS)
    offices = merge(third, first, by=alice)
    take_apart(done, by=alice)
    okafor.refresh_from_db()
    assert okafor.organisation == third
    take_apart(offices, by=alice)
    okafor.refresh_from_db()
    assert okafor.organisation == first


class TestWhileAWorkerHandsOver:
    """Two connections, one note."""

    def test_a_note_that_was_only_claimed_does_not_leave_to_the_old_address(self, committed):
        practice, note, okafor, double, alice = self.prepared()
        claim = send.claim_due(practice)[0]
        answers = []

        def dispatch():
            answers.append(send.dispatch(claim))
            connections.close_all()

        worker = Thread(target=dispatch)
        with enter(practice):
            merge(okafor, double, by=alice)
            worker.start()
            wait_until(somebody_waits_for_a_row)
        worker.join()
        assert answers == [False]
        with enter(practice):
            assert (note.refresh_from_db(), note.state, note.partner) == (None, M.PENDING, okafor)
        assert send.claim_due(practice)[0].address == okafor.email

    def test_a_note_that_is_being_handed_over_is_settled_by_its_own_worker(self, committed):
        practice, note, okafor, double, alice = self.prepared()
        claim = send.claim_due(practice)[0]
        assert send.dispatch(claim)
        with enter(practice):
            merge(okafor, double, by=alice)
        send.settle(claim, 250, "OK", M.DISPATCHING)
        with enter(practice):
            assert (note.refresh_from_db(), note.state, note.partner) == (None, M.SENT, okafor)

    def prepared(self):
        practice = factories.practice()
        with enter(practice):
            okafor, double = factories.partner("Dr Okafor"), factories.partner("A. Okafor")
            note = factories.message(partner=double, ignore_quiet_hours=True)
            return practice, note, okafor, double, factories.person("Alice Adams")
