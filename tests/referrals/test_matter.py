"""One patient with one matter counts once in every number, whoever referred and whatever was a mistake."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.models import MessageCause
from referralcrm.core.refused import Refused
from referralcrm.dashboards.page import Page
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.rows import Rows
from referralcrm.practice.calendar import Calendar
from referrals.actions import delete, move, receive, restore
from referrals.models import Obligation, Referral
from referrals.states import UNCOUNTED, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY


@pytest.fixture
def lind(riverside):
    return factories.partner("Dr Lind")


@pytest.fixture
def refer(kim, alice):
    """``refer(lind, same_matter_as=first)`` is one more received referral of Kim's."""

    def log(partner, **fields):
        return receive(by=alice, patient=kim, partner=partner, happened_on=TUESDAY, **fields)

    return log


@pytest.fixture
def patients(riverside, alice):
    """How many patients every number that speaks of patients counts; they never differ."""

    def count():
        period = Period.ending(riverside.today(), 12)
        rows = Rows(Calendar(riverside), period)
        page = Page(rows, me=alice)
        told = {
            rows.received().count(),
            page.months[-1].received,
            Referral.objects.kept().received().one_per_matter().count(),
        }
        (only,) = told
        return only

    return count


def test_a_second_referrer_is_thanked_and_reported_to_and_the_patient_counts_once(
    refer, patients, okafor, lind
):
    first = refer(okafor)
    second = refer(lind, same_matter_as=first)
    assert patients() == 1
    assert {cause.message.partner for cause in MessageCause.objects.live()} == {okafor, lind}
    assert set(Obligation.objects.values_list("referral", flat=True)) == {first.pk, second.pk}


def test_a_new_matter_counts_again(refer, patients, okafor, lind):
    refer(okafor)
    refer(lind)
    assert patients() == 2


def test_when_the_first_was_a_mistake_the_next_stands_for_the_matter(refer, patients, okafor, lind, alice):
    first = refer(okafor)
    second = refer(lind, same_matter_as=first)
    move(first, Verb.ENTER_IN_ERROR, by=alice, reason="Another patient")
    assert patients() == 1
    second.refresh_from_db()
    assert second.matter == second.pk


def test_when_the_mistake_was_none_the_first_stands_for_it_again(refer, patients, okafor, lind, charlie):
    first = refer(okafor)
    refer(lind, same_matter_as=first)
    move(first, Verb.ENTER_IN_ERROR, by=charlie, reason="Another patient")
    move(first, Verb.UNDO_ERROR, by=charlie, reason="It was right")
    assert patients() == 1
    assert set(Referral.objects.values_list("matter", flat=True)) == {first.pk}


def test_when_the_first_is_deleted_the_next_stands_for_the_matter_until_it_is_restored(
    refer, patients, okafor, lind, alice
):
    first = refer(okafor)
    second = refer(lind, same_matter_as=first)
    deleted = delete(first, by=alice)
    assert patients() == 1
    second.refresh_from_db()
    assert second.matter == second.pk
    restore(deleted, by=alice)
    assert patients() == 1
    assert set(Referral.objects.values_list("matter", flat=True)) == {first.pk}


def test_a_third_joins_the_matter_by_any_of_its_referrals(refer, patients, okafor, lind, alice):
    first = refer(okafor)
    second = refer(lind, same_matter_as=first)
    move(first, Verb.ENTER_IN_ERROR, by=alice, reason="Another patient")
    third = refer(factories.partner("Dr Third"), same_matter_as=second)
    assert (patients(), third.matter) == (1, second.pk)


steps = st.lists(
    st.tuples(st.sampled_from(["same", "new", "error", "undo"]), st.integers(0, 5)), min_size=1, max_size=10
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_whatever_happens_a_matter_with_a_referral_that_counts_counts_once(
    history, refer, patients, okafor, charlie
):
    made = []
    for act, which in history:
        chosen = made[which % len(made)] if made else None
        if act in ("same", "new") or chosen is None:
            earlier = chosen if act == "same" else None
            made.append(refer(okafor, same_matter_as=earlier))
            made[-1].group = earlier.group if earlier else made[-1].pk
            continue
        verb = Verb.ENTER_IN_ERROR if act == "error" else Verb.UNDO_ERROR
        row = Referral.objects.get(pk=chosen.pk)
        try:
            move(row, verb, by=charlie, reason="walk")
        except Refused:
            continue
    now = {row.pk: row for row in Referral.objects.filter(pk__in=[one.pk for one in made])}
    counting = [one for one in made if now[one.pk].journey not in UNCOUNTED]
    groups = {one.group for one in made}
    assert {now[one.pk].matter for one in made} == {
        min((one.pk for one in counting if one.group == group), default=None)
        or min(one.pk for one in made if one.group == group)
        for group in groups
    }
    others = Referral.objects.exclude(pk__in=now).kept().one_per_matter().count()
    assert patients() - others == len({one.group for one in counting})
    Referral.objects.filter(pk__in=now).update(journey="entered_in_error")
