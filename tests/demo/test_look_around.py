"""The whole demo practice, looked at from all sides: what it promises is there, and nothing odd."""

import pytest
from django.db import connection, transaction
from django.db.models import F

from outreach.models import Message, MessageCause, Origin, Run, Task, Touchpoint
from outreach.states import CARRIES, Hold, MessageState, OriginKind, RuleKind, TaskKind, TaskState
from partners.models import Affiliation, Agreement, Contact, Friction, Organisation, Partner
from partners.states import Kind
from referralcrm.audit.models import AuditEvent
from referralcrm.demo import load as demo
from referralcrm.demo.cast import PATIENTS, REASONS, STORIES
from referralcrm.demo.findings import finding
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import (
    AdviceRequest,
    Attachment,
    CallAttempt,
    CareTeamMember,
    Consent,
    Delivery,
    Enclosure,
    Experience,
    JourneyEvent,
    Obligation,
    Offer,
    Patient,
    QualityFlag,
    Referral,
    Report,
    ReportFile,
    StatusNotice,
    Story,
)
from referrals.states import CLOSED, CareRole, Direction, Felt, Journey, Loop, Paper, Source

NAMES = {story.key: story.name for story in STORIES}


def story(key):
    return Partner.objects.get(name=NAMES[key])


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker):
    """The whole demo practice, loaded once: these tests look around and change nothing."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo.load()
        transaction.set_rollback(True)


@pytest.fixture
def riverside_demo(whole):
    with enter(whole):
        yield whole


def test_the_demo_has_the_partners_and_referrals_it_promises(riverside_demo):
    assert Partner.objects.count() == 60
    assert Referral.objects.count() == 1500
    assert {Direction.RECEIVED, Direction.SENT} == set(Referral.objects.values_list("direction", flat=True))
    assert set(Role) == set(riverside_demo.people.values_list("role", flat=True))
    assert set(Kind) == set(Partner.objects.values_list("kind", flat=True))
    assert set(Source) == set(Referral.objects.values_list("source", flat=True))
    for model in (Organisation, Affiliation, Contact, Touchpoint, Task, Run, AuditEvent):
        assert model.objects.exists(), model


def test_one_thing_that_was_hard_waits_and_holds_nothing_back_by_surprise(riverside_demo):
    [waits] = Friction.objects.open()
    assert Friction.objects.exclude(pk=waits.pk).get().answered_on
    assert waits.partner == story("quiet")
    assert not Message.objects.filter(partner=waits.partner, state=MessageState.PENDING).exists()


def test_questions_wait_and_a_year_of_them_was_answered(riverside_demo):
    waiting = AdviceRequest.objects.open()
    assert waiting.count() == 6 and waiting.filter(owner=None).count() == 1
    assert AdviceRequest.objects.filter(withdrawn_at__isnull=False).count() == 1
    answered = AdviceRequest.objects.answered()
    assert answered.count() >= 20
    assert all(asked.question and asked.answer for asked in answered)
    assert answered.filter(answered_at__gt=F("promised_by")).exists(), "not all of them in time"


def test_patients_said_how_it_was_and_one_flag_waits_for_the_manager(riverside_demo):
    assert {*Experience.objects.values_list("felt", flat=True)} == {*Felt}
    assert QualityFlag.objects.open().count() == 1 and QualityFlag.objects.count() == 2
    assert Task.objects.open().get(kind=TaskKind.QUALITY).owner.role == Role.MANAGER
    assert Enclosure.objects.exists()


def test_reports_are_a_draft_final_on_their_way_and_confirmed(riverside_demo):
    drafts, final = Report.objects.filter(number=None), Report.objects.final().order_by("number")
    assert drafts.count() == 1 and ReportFile.objects.filter(article__isnull=False).count() == 3
    signed = list(final.values_list("finalised_at", flat=True))
    assert len(signed) == 6 and signed == sorted(signed)
    assert final.filter(deliveries=None).count() == 1, "it waits for the patient's consent"
    ways = Delivery.objects.values_list("channel", flat=True)
    assert sorted(ways) == ["fax", "link", "link", "link", "post", "post"]
    assert Delivery.objects.to_do().get().report.obligation.is_waiting
    assert Task.objects.open().filter(kind=TaskKind.SEND_REPORT).count() == 1
    assert Delivery.objects.get(confirmed_at__isnull=False).report.obligation.state == Loop.ACKNOWLEDGED
    assert (
        Consent.objects.get(withdrawn_at__isnull=False).patient
        == Delivery.objects.get(revoked_at__isnull=False).patient
    )


def test_nothing_of_a_delivery_happened_before_it_could(riverside_demo):
    for delivery in Delivery.objects.with_all():
        moments = [delivery.report.finalised_at, *(at for _, at in delivery.facts)]
        assert moments == sorted(moments) and moments[-1] <= riverside_demo.now()
        day = delivery.made_at.astimezone(riverside_demo.zone).date()
        assert (
            Consent.objects.of(delivery.patient).filter(given_on__lte=day).naming(delivery.partner).exists()
        )
        promised = delivery.report.obligation
        if delivery.sent_at and delivery.partner == delivery.report.referral.partner:
            assert promised.sent_on == day
    for message in Message.objects.filter(rule__kind__in=CARRIES, state=MessageState.SENT):
        assert "{link}" in message.body and message.due_at <= message.sent_at <= riverside_demo.now()


def test_teams_choices_origins_stories_and_news_are_there(riverside_demo):
    assert CareTeamMember.objects.filter(partner=None).count() == 1
    assert {*CareTeamMember.objects.values_list("role", flat=True)} >= {
        CareRole.PRIMARY_CARE,
        CareRole.SURGEON,
    }
    ending = [consent for consent in Consent.objects.all() if consent.ends_soon]
    assert len(ending) == 1
    assert Offer.objects.filter(is_chosen=True, own_wish=False).count() == 4
    assert Offer.objects.filter(is_chosen=True, own_wish=True).count() == 2
    assert {*Origin.objects.values_list("kind", flat=True)} == {*OriginKind}
    assert sorted(Story.objects.values_list("kind", flat=True)) == ["compliment", "story", "story"]
    assert Story.objects.filter(shared_at=None).count() == 1
    assert StatusNotice.objects.filter(partner=story("steady2"), link__isnull=False).exists()
    assert Attachment.objects.filter(kind=Paper.REPORT, referral__direction=Direction.SENT).count() == 3


def test_a_reason_is_looked_after_by_a_service_that_fits(riverside_demo):
    for referral in Referral.objects.received().select_related("patient", "service")[:60]:
        if referral.reason:
            assert referral.service.name == finding(referral.reason).service


def test_a_few_agreements_drive_clocks_of_every_kind(riverside_demo):
    assert Agreement.objects.count() == 4
    assert Referral.objects.filter(acknowledge_by__isnull=False).exists()
    kinds = set(Obligation.objects.values_list("kind", flat=True))
    assert kinds == {"initial", "interim", "final"}


def test_referrals_have_the_irregularity_of_a_real_log(riverside_demo):
    log = Referral.objects.all()
    weekend = log.filter(happened_on__iso_week_day__gte=6).count()
    assert 0 < weekend < 60
    assert log.filter(attended_on__isnull=False, accepted_on__isnull=True).count() > 50
    assert log.exclude(matter=F("pk")).count() > 3
    assert log.filter(partner__isnull=True).count() > 50
    assert log.filter(next_visit_on__gt=riverside_demo.today()).exists()
    assert set(Journey) - {Journey.DRAFT, Journey.ON_HOLD, Journey.REDIRECTED} <= set(
        log.values_list("journey", flat=True)
    )
    assert Obligation.objects.overdue(riverside_demo.today()).count() > 3


def test_side_exits_have_a_reason_that_only_their_patient_opens(riverside_demo):
    exits = JourneyEvent.objects.filter(after=Journey.DECLINED).select_related("referral__patient")
    assert exits and all(event.reason for event in exits)


def test_messages_are_in_every_state_and_their_causes_are_received_referrals(riverside_demo):
    in_flight = {MessageState.CLAIMED, MessageState.DISPATCHING}
    assert set(MessageState) - in_flight == set(Message.objects.values_list("state", flat=True))
    holds = set(Message.objects.filter(state=MessageState.HELD).values_list("hold", flat=True))
    assert holds >= {Hold.APPROVAL, Hold.LONG_AGO, Hold.PARTNER_ENDED}
    causes = MessageCause.objects.filter(referral__isnull=False, rule__kind=RuleKind.THANK_YOU)
    assert not causes.exclude(referral__direction=Direction.RECEIVED)
    for place in ("message", "task"):
        placed = causes.filter(**{f"{place}__isnull": False})
        assert placed.filter(referral__partner=F(f"{place}__partner")).count() == placed.count() > 0
    assert not Message.objects.filter(sent_at__lt=F("created_at")).exists()


def test_nothing_happened_in_the_future_or_before_it_could(riverside_demo):
    now, today = riverside_demo.now(), riverside_demo.today()
    assert not Referral.objects.filter(happened_on__gt=today).exists()
    assert not Referral.objects.filter(entered_at__gt=now).exists()
    assert not Referral.objects.filter(attended_on__gt=today).exists()
    assert not Referral.objects.filter(completed_on__lt=F("attended_on")).exists()
    assert not JourneyEvent.objects.filter(happened_on__gt=today).exists()
    assert not JourneyEvent.objects.filter(happened_on__lt=F("referral__happened_on")).exists()
    assert not Obligation.objects.filter(sent_on__gt=today).exists()
    assert not Obligation.objects.filter(sent_on__lt=F("referral__attended_on")).exists()
    assert not Touchpoint.objects.filter(happened_on__gt=today).exists()
    assert not Message.objects.filter(sent_at__gt=now).exists()
    assert not Referral.objects.filter(
        journey__in=CLOSED - {Journey.COMPLETED, Journey.ENTERED_IN_ERROR}
    ).filter(closed_on__isnull=True)


def test_this_weeks_list_is_half_done(riverside_demo):
    week = Run.objects.order_by("-period_key").first()
    states = set(Task.objects.filter(period_key=week.period_key).values_list("state", flat=True))
    assert states == {TaskState.REQUESTED, TaskState.COMPLETED, TaskState.REJECTED}
    assert Task.objects.filter(kind=TaskKind.NEXT_STEP, state=TaskState.REQUESTED).exists()


def test_no_word_about_a_patient_stands_outside_sealed_fields(riverside_demo):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'practice_id' AND table_schema = 'public'"
        )
        dump = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            dump += cursor.fetchone()[0] or ""
    assert "Riverside" in dump
    records = [patient.record_number for patient in Patient.objects.all()[:50]]
    assert all(records)
    for words in [*REASONS, *PATIENTS, *records]:
        assert words not in dump


def test_addresses_and_numbers_reach_nobody(riverside_demo):
    for model in (Partner, Organisation, Contact):
        for row in model.objects.all():
            assert row.email.endswith(".example")
            assert row.phone.startswith("020 7946 0")


def test_who_waits_was_called_and_the_calls_are_counted(riverside_demo):
    waiting = Referral.objects.to_book().filter(calls__gt=0)
    assert waiting.exists()
    assert CallAttempt.objects.filter(number=3, referral__journey=Journey.UNREACHABLE).exists()
    for row in waiting.select_related("patient"):
        numbers = [call.number for call in row.attempts.order_by("at")]
        assert numbers == list(range(1, row.calls + 1))
        assert all(call.at.date() >= row.happened_on for call in row.attempts.all())
    assert Referral.objects.to_book().exclude(patient__phone_sealed=b"").exists()
