from datetime import date, timedelta

import pytest

from outreach.models import Task
from outreach.states import TaskKind
from partners.models import Affiliation
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referrals.actions import receive, send
from referrals.models import Referral
from referrals.signals import referral_received, referral_sent
from referrals.states import Journey, Loop, Side, Source
from tests import factories
from tests.referrals.conftest import TUESDAY


def test_a_received_referral_is_a_row_a_step_a_promise_and_a_fact(okafor, kim, alice, facts):
    with facts(referral_received) as heard:
        referral = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY, reason="Frozen knee")
    assert heard == [referral]
    kept = Referral.objects.get()
    assert (kept.journey, kept.reason, kept.entered_by) == (Journey.REQUESTED, "Frozen knee", alice)
    assert kept.matter == kept.pk
    (step,) = kept.events.all()
    assert (step.before, step.after, step.happened_on, step.by) == ("", "requested", TUESDAY, alice)
    (report,) = kept.obligations.all()
    assert (report.side, report.state, report.due_on) == (Side.US, Loop.NOT_DUE, None)
    assert AuditEvent.objects.get(subject_type="referral").verb == "logged as received"


def test_a_sent_referral_is_a_promise_of_theirs(okafor, kim, alice, facts):
    with facts(referral_sent) as heard, facts(referral_received) as wrong:
        referral = send(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    assert heard == [referral] and wrong == []
    assert referral.obligations.get().side == Side.THEM
    assert referral.discipline == okafor.discipline


def test_no_step_but_the_first_has_a_date(okafor, kim, alice):
    referral = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    for step in ("accepted", "scheduled", "attended", "in_care", "completed", "closed"):
        assert getattr(referral, f"{step}_on") is None


@pytest.mark.parametrize(
    "happened_on, says",
    [
        (TUESDAY + timedelta(days=1), "not come yet"),
        (date(1989, 12, 31), "before 1990"),
        (date(9999, 12, 31), "not come yet"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_leaves_nothing(happened_on, says, okafor, kim, alice):
    with pytest.raises(Refused, match=says) as refused:
        receive(by=alice, patient=kim, partner=okafor, happened_on=happened_on)
    assert refused.value.field == "happened_on"
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    "next_visit_on, says",
    [(TUESDAY - timedelta(days=1), "before the referral"), (date(9999, 12, 31), "two years ahead")],
)
def test_the_next_visit_lies_between_the_referral_and_two_years(next_visit_on, says, okafor, kim, alice):
    with pytest.raises(Refused, match=says) as refused:
        receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY, next_visit_on=next_visit_on)
    assert refused.value.field == "next_visit_on"


def test_a_fact_nobody_can_record_takes_the_referral_back(okafor, kim, alice):
    def fail(sender, **kwargs):
        raise Refused("The promise cannot be kept.")

    referral_received.connect(fail)
    try:
        with pytest.raises(Refused):
            receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    finally:
        referral_received.disconnect(fail)
    assert not Referral.objects.exists()


def test_a_referral_keeps_the_office_of_its_day(okafor, kim, alice):
    old = factories.organisation("Old Mill Practice")
    Affiliation.objects.create(partner=okafor, organisation=old, until=date(2025, 12, 31))
    Affiliation.objects.create(partner=okafor, organisation=okafor.organisation, since=date(2026, 1, 1))
    now = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    before = receive(by=alice, patient=kim, partner=okafor, happened_on=date(2025, 6, 1))
    assert (now.organisation, before.organisation) == (okafor.organisation, old)


def test_a_second_referrer_of_the_same_matter_counts_the_patient_once(okafor, kim, alice, facts):
    lind = factories.partner("Dr Lind")
    first = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    with facts(referral_received) as thanked:
        second = receive(by=alice, patient=kim, partner=lind, happened_on=TUESDAY, same_matter_as=first)
        third = receive(by=alice, patient=kim, partner=lind, happened_on=TUESDAY, same_matter_as=second)
    assert thanked == [second, third]
    assert second.obligations.count() == 1
    assert [second.matter, third.matter] == [first.pk, first.pk]
    assert Referral.objects.one_per_matter().get() == first


def test_another_patients_matter_is_not_the_same(okafor, kim, alice):
    other = factories.referral()
    with pytest.raises(Refused, match="same patient"):
        receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY, same_matter_as=other)


def test_a_patient_who_came_alone_promises_no_report(kim, alice):
    referral = receive(by=alice, patient=kim, source=Source.SELF, happened_on=TUESDAY)
    assert not referral.obligations.exists()
    assert not Task.objects.exists()


def test_an_unknown_source_becomes_a_task_that_names_nobody(kim, alice):
    referral = receive(by=alice, patient=kim, source=Source.UNKNOWN, happened_on=TUESDAY)
    task = Task.objects.get()
    assert (task.kind, task.owner, task.referral) == (TaskKind.ASK_SOURCE, alice, referral)
    assert task.due_on == TUESDAY + timedelta(days=1)
    assert "Moreau" not in task.title + task.why


def test_whoever_else_recommended_us_is_thanked_in_person_without_being_named(kim, alice):
    receive(
        by=alice, patient=kim, source=Source.FORMER_PATIENT, source_name="Zoë Canary", happened_on=TUESDAY
    )
    task = Task.objects.get()
    assert task.kind == TaskKind.PERSONAL_THANKS
    assert "Canary" not in task.title + task.why
    assert task.referral.source_name == "Zoë Canary"


def test_an_unnamed_source_makes_no_task(kim, alice):
    receive(by=alice, patient=kim, source=Source.ONLINE, happened_on=TUESDAY)
    receive(by=alice, patient=kim, source=Source.FAMILY_OR_STAFF, happened_on=TUESDAY)
    assert not Task.objects.exists()


def test_a_partner_and_another_source_exclude_each_other(okafor, kim, alice):
    for wrong in ({"source": Source.SELF, "partner": okafor}, {"source": Source.PARTNER}):
        with pytest.raises(Refused):
            receive(by=alice, patient=kim, happened_on=TUESDAY, **wrong)
    with pytest.raises(Refused):
        send(by=alice, patient=kim, partner=None, happened_on=TUESDAY)


def test_save_and_next_shows_what_was_just_logged_with_the_way_back(riverside, alice, as_person):
    made = receive(
        by=alice,
        patient=factories.patient("Nora Quill"),
        partner=factories.partner("Dr Lind"),
        happened_on=riverside.today(),
    )
    page = as_person(alice).get(f"/referrals/new/?last={made.pk}")
    assert page.context["last"] == made
    body = page.content.decode()
    assert "Just logged" in body and "Nora Quill" in body and page.context["last_undo"] in body


@pytest.mark.parametrize("last", ["nonsense", "", "00000000-0000-0000-0000-000000000000", "{theirs}"])
def test_what_somebody_else_logged_is_not_shown_as_just_logged(riverside, alice, bob, as_person, last):
    theirs = receive(
        by=bob, patient=factories.patient(), partner=factories.partner(), happened_on=riverside.today()
    )
    page = as_person(alice).get("/referrals/new/", {"last": last.format(theirs=theirs.pk)})
    assert page.status_code == 200 and "Just logged" not in page.content.decode()
