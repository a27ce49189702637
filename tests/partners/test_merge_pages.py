"""The pages of merging: who may, what is refused and said, and where old addresses lead."""

from datetime import date, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outreach.models import Task, Touchpoint
from partners.actions import friction
from partners.actions.merges import late
from partners.models import Merge, Partner
from partners.models.recognising import Likeness, known
from partners.signals import partner_merged
from partners.states import Stage
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from tests import factories
from tests.committed import wait_until
from tests.outreach.test_overtaken import somebody_waits_for_a_row
from tests.partners.merging import merge


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", area="North", goal="Lunch")


@pytest.fixture
def double(riverside):
    return factories.partner("A. Okafor", area="South", phone="+44 20 7946 0011")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def side_by_side(stays, goes):
    return reverse("partners:merge", args=[stays.pk, goes.pk])


def filled(page, **chosen):
    """What a browser sends back of a page that was opened."""
    form = page.context["form"]
    ticked = {each.name: side for each, side, _ in form.rows()}
    return {"seen": form["seen"].value(), "once": uuid4()} | ticked | chosen


def test_the_page_shows_what_differs_and_what_moves(desk, okafor, double, alice):
    factories.referral(partner=double)
    Touchpoint.objects.create(partner=double, happened_on=date(2026, 1, 5))
    friction.report(double, trouble="A long wait", happened_on=date(2026, 1, 5), by=alice)
    factories.advice(partner=double)
    page = desk.get(side_by_side(okafor, double))
    assert {each.name for each in page.context["form"].differences} >= {"name", "address", "phone", "goal"}
    assert {*page.context["moving"]} == {
        ("Referrals", 1), ("Contacts", 1), ("What was hard for them", 1), ("Questions", 1)
    }  # fmt: skip


def test_the_chosen_sides_stay_and_the_toast_takes_it_back(desk, okafor, double):
    page = desk.get(side_by_side(okafor, double))
    answer = desk.post(side_by_side(okafor, double), filled(page, address="theirs"), follow=True)
    okafor.refresh_from_db()
    assert (okafor.area, okafor.phone, okafor.goal) == ("South", "+44 20 7946 0011", "Lunch")
    undo = reverse("partners:unmerge", args=[Merge.objects.get().pk])
    assert f'action="{undo}"' in answer.content.decode()
    assert AuditEvent.objects.filter(verb="merged", note="Dr Adaeze Okafor and A. Okafor").exists()
    said = desk.post(undo, follow=True).content.decode()
    assert "A. Okafor stands alone again." in said
    assert AuditEvent.objects.filter(verb="took apart").exists()


def test_what_was_changed_since_is_told_when_they_are_taken_apart(desk, okafor, double, alice):
    done = merge(okafor, double, by=alice)
    Partner.objects.filter(pk=okafor.pk).update(phone="+44 1")
    said = desk.post(reverse("partners:unmerge", args=[done.pk]), follow=True).content.decode()
    assert "Changed since, and left as it is: phone." in said


def test_a_page_that_is_out_of_date_says_what_changed_and_keeps_the_choices(desk, okafor, double):
    sent = filled(desk.get(side_by_side(okafor, double)), address="theirs")
    Partner.objects.filter(pk=okafor.pk).update(goal="Tea")
    page = desk.post(side_by_side(okafor, double), sent)
    assert "Somebody changed these two while you were looking: Goal." in page.content.decode()
    assert {each.name: side for each, side, _ in page.context["form"].rows()}["address"] == "theirs"
    assert not Merge.objects.exists()
    desk.post(side_by_side(okafor, double), filled(page))
    assert Merge.objects.exists()


def test_a_form_that_was_not_opened_here_merges_nothing(desk, okafor, double):
    assert desk.post(side_by_side(okafor, double), {}).status_code == 200
    assert not Merge.objects.exists()


def test_sent_twice_it_merges_once(desk, okafor, double):
    sent = filled(desk.get(side_by_side(okafor, double)))
    answers = [desk.post(side_by_side(okafor, double), sent) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {reverse("partners:detail", args=[okafor.pk])}
    assert Merge.objects.count() == 1


def test_a_side_that_is_no_side_is_refused_beside_its_field(desk, okafor, double):
    page = desk.get(side_by_side(okafor, double))
    answer = desk.post(side_by_side(okafor, double), filled(page, goal="hers"))
    assert "hers is not one of the available choices" in answer.content.decode()


@pytest.mark.parametrize("page", ["detail", "merge"])
def test_old_addresses_lead_to_the_one_that_stays(desk, okafor, double, alice, page):
    merge(okafor, double, by=alice)
    address = (
        reverse("partners:detail", args=[double.pk]) if page == "detail" else side_by_side(okafor, double)
    )
    answer = desk.get(address, follow=True)
    assert answer.redirect_chain == [(reverse("partners:detail", args=[okafor.pk]), 302)]
    assert "A. Okafor was merged with Dr Adaeze Okafor" in answer.content.decode()


def test_the_old_address_of_an_organisation_leads_there_too(desk, alice):
    stays, goes = factories.organisation("Northgate Surgery"), factories.organisation("The Northgate")
    page = desk.get(reverse("partners:merge_organisation", args=[stays.pk, goes.pk]))
    desk.post(reverse("partners:merge_organisation", args=[stays.pk, goes.pk]), filled(page))
    answer = desk.get(reverse("partners:organisation", args=[goes.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("partners:organisation", args=[stays.pk]), 302)]
    assert "Take apart" in answer.content.decode()


def test_one_cannot_be_merged_with_itself_or_with_one_in_the_trash(desk, okafor, double):
    assert desk.get(side_by_side(okafor, okafor)).status_code == 404
    Partner.objects.filter(pk=double.pk).update(deleted_at=timezone.now())
    assert desk.get(side_by_side(okafor, double)).status_code == 404


def test_the_words_that_hold_for_both_are_said_before(desk, okafor, double):
    Partner.objects.filter(pk=double.pk).update(
        email_opted_out_at=timezone.now(), stage=Stage.ENDED, ending="died", ended_on=date(2026, 1, 5)
    )
    page = desk.get(side_by_side(okafor, double)).content.decode()
    assert "A. Okafor asked for no e-mail: none goes to either." in page
    assert "A. Okafor: died, 5 Jan 2026." in page


def test_whoever_is_typed_again_under_the_old_name_is_warned_of(desk, okafor, double, alice):
    merge(okafor, double, by=alice)
    page = desk.get(reverse("partners:duplicates"), {"email": double.email}).content.decode()
    assert "A. Okafor, now" in page
    assert reverse("partners:detail", args=[okafor.pk]) in page


def test_the_list_of_referrals_finds_them_by_the_old_name(desk, okafor, alice):
    goes = factories.partner("Ada Bergström")
    referral = factories.referral(partner=goes)
    merge(okafor, goes, by=alice)
    page = desk.get(reverse("referrals:list"), {"who": "bergstrom"}).content.decode()
    assert reverse("referrals:detail", args=[referral.pk]) in page


def test_an_import_finds_the_one_that_stays_by_what_was_merged(okafor, double, alice):
    merge(okafor, double, by=alice)
    row = {"id": double.pk, "name": "A. Okafor", "email": double.email}
    assert set(known([row]).values()) == {str(okafor.pk)}
    assert Likeness().find({"name": "a okafor"}) == okafor.pk


def test_more_rows_need_no_more_queries(desk, okafor, double):
    def count():
        with CaptureQueriesContext(connection) as queries:
            desk.get(side_by_side(okafor, double))
        return len(queries)

    desk.get(side_by_side(okafor, double))
    few = count()
    for number in range(20):
        factories.referral(partner=double)
        Task.objects.create(partner=double, title="Call", due_on=date(2026, 1, 5) + timedelta(days=number))
    assert count() == few <= 12


def test_what_is_written_for_the_merged_one_just_then_moves_a_minute_later(committed):
    practice = factories.practice()
    with enter(practice):
        alice = factories.person("Alice Adams")
        stays, goes = factories.partner("Dr Okafor"), factories.partner("A. Okafor")

    def write():
        with enter(practice):
            Touchpoint.objects.create(partner=goes, happened_on=practice.today())
        connections.close_all()

    writer = Thread(target=write)
    with enter(practice):
        merge(stays, goes, by=alice)
        writer.start()
        wait_until(somebody_waits_for_a_row)
    writer.join()
    with enter(practice):
        assert Touchpoint.objects.get().partner == goes
        late.gather()
        assert Touchpoint.objects.get().partner == stays


def test_who_meets_another_halfway_is_asked_to_try_again(desk, okafor, double):
    """Each holds what the other wants next, so Postgres gives one of them up; nothing of it stays."""

    def give_up(**kwargs):
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")

    page = desk.get(side_by_side(okafor, double))
    partner_merged.connect(give_up)
    try:
        answer = desk.post(side_by_side(okafor, double), filled(page))
    finally:
        partner_merged.disconnect(give_up)
    assert "at the same moment. Please try again." in answer.content.decode()
    assert (answer.status_code, set(Partner.objects.kept())) == (409, {okafor, double})
