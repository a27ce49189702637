"""Two people do the same thing at the same moment: real commits, a connection each, and it happens once."""

from threading import Barrier

import pytest

from outreach.models import Message
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from referrals.actions import consents, deliveries, reports
from referrals.models import Consent, Delivery, Report
from tests import factories
from tests.committed import wait_until
from tests.outreach.test_overtaken import somebody_waits_for_a_row
from tests.outreach.test_week_race import Worker


@pytest.fixture
def riverside(committed_module):
    """A practice whose rows are committed."""
    return factories.practice()


@pytest.fixture
def bob(riverside):
    with enter(riverside):
        return factories.person("Bob Brown", role="clinician", sees_patients=True)


@pytest.fixture
def okafor(riverside):
    with enter(riverside):
        return factories.partner("Dr Okafor", email="okafor@office.example", treating_provider=True)


@pytest.fixture
def consent(riverside, okafor, bob):
    """The patient of a referral of Dr Okafor's agrees to reports."""
    with enter(riverside):
        return consents.give(factories.referral(partner=okafor), by=bob, scope=["report"], to="other_side")


@pytest.fixture
def signed(riverside, consent, bob):
    with enter(riverside):
        return factories.signed(consent.referral, by=bob)


def twice(practice, act):
    """What came of doing ``act`` by two at once: their answers, words where they were refused."""
    together = Barrier(2)

    def one():
        together.wait(10)
        with enter(practice):
            return act()

    workers = [Worker(one), Worker(one)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.answer for worker in workers]


def refused(answers):
    return [answer for answer in answers if isinstance(answer, str)]


def test_a_report_that_two_sign_is_signed_once(riverside, consent, bob):
    with enter(riverside):
        draft = factories.report(consent.referral, by=bob)
    answers = twice(riverside, lambda: reports.finalise(draft, by=bob, version=draft.version))
    assert len(refused(answers)) == 1
    with enter(riverside):
        assert Report.objects.final().get(pk=draft.pk).number == 1
        assert AuditEvent.objects.filter(verb="finalised").count() == 1


def test_two_reports_that_are_signed_together_have_a_number_each(riverside, consent, bob):
    with enter(riverside):
        drafts = [factories.report(consent.referral, by=bob) for _ in range(2)]
    twice(riverside, lambda: reports.finalise(drafts.pop(), by=bob))
    with enter(riverside):
        assert sorted(Report.objects.final().values_list("number", flat=True)) == [1, 2]


def test_of_two_who_amend_the_second_is_told(riverside, signed, bob):
    answers = twice(riverside, lambda: reports.amend(signed, by=bob))
    assert refused(answers) == ["This report is being amended already."]
    with enter(riverside):
        assert Report.objects.filter(amends=signed).count() == 1


def test_a_report_that_two_send_goes_once(riverside, signed, okafor, bob):
    answers = twice(riverside, lambda: deliveries.send(signed, partner=okafor, channel="link", by=bob))
    assert refused(answers) == ["It goes to Dr Okafor this way already."]
    with enter(riverside):
        assert Delivery.objects.count() == Message.objects.count() == 1


def test_what_two_confirm_is_confirmed_once(riverside, signed, okafor, bob):
    with enter(riverside):
        delivery = deliveries.send(signed, partner=okafor, channel="link", by=bob)
    twice(riverside, lambda: deliveries.confirm(delivery, by=bob))
    with enter(riverside):
        assert Delivery.objects.get().confirmed_at
        assert AuditEvent.objects.filter(verb="confirmed").count() == 1


def test_a_consent_that_is_withdrawn_while_it_is_sent_takes_it_back(riverside, signed, okafor, consent, bob):
    withdrawing = Worker(lambda: withdraw(riverside, consent, bob))
    with enter(riverside):  # nothing is committed before the block ends
        deliveries.send(signed, partner=okafor, channel="link", by=bob)
        withdrawing.start()
        wait_until(somebody_waits_for_a_row)
    withdrawing.join()
    with enter(riverside):
        assert Delivery.objects.get().revoked_at and Consent.objects.get().withdrawn_at


def test_while_a_consent_is_withdrawn_nothing_is_sent(riverside, signed, okafor, consent, bob):
    sending = Worker(lambda: send(riverside, signed, okafor, bob))
    with enter(riverside):
        consents.withdraw(consent, by=bob)
        sending.start()
        wait_until(somebody_waits_for_a_row)
    sending.join()
    assert "withdrew their consent" in sending.answer
    with enter(riverside):
        assert not Delivery.objects.exists() and not Message.objects.exists()


def withdraw(practice, consent, by):
    with enter(practice):
        return consents.withdraw(consent, by=by)


def send(practice, report, partner, by):
    with enter(practice):
        return deliveries.send(report, partner=partner, channel="link", by=by)
