"""Whatever happens in whatever order, each referral is a cause of one note at most, and none is forgotten."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.actions.messages import answers, recipients, thanks
from outreach.models import Message, MessageCause
from outreach.states import Hold
from outreach.states import MessageState as M
from referralcrm.core.refused import Refused
from tests import factories

STEPS = ["thank", "thank", "take_back", "put_back", "claim", "send", "opt_out", "opt_in", "approve"]


class Story:
    """One partner, three referrals, and everything that may happen to their thanks."""

    def __init__(self):
        self.alice = factories.person("Alice Adams")
        self.partner = factories.partner()
        old = timezone.now().date() - timedelta(days=20)
        self.referrals = [factories.referral(partner=self.partner) for _ in range(2)]
        self.referrals.append(factories.referral(partner=self.partner, happened_on=old))
        self.told, self.counting = set(), set()

    def thank(self, which):
        thanks.thank(self.referrals[which])
        self.counting |= {which} - self.told
        self.told.add(which)

    def take_back(self, which):
        thanks.take_back(self.referrals[which])
        self.counting.discard(which)

    def put_back(self, which):
        thanks.put_back(self.referrals[which])
        self.counting |= {which} & self.told

    def claim(self, which):
        until = timezone.now() + timedelta(minutes=2)
        Message.objects.filter(state=M.PENDING).update(state=M.CLAIMED, lease_until=until)

    def send(self, which):
        sent = {"state": M.SENT, "sent_at": timezone.now(), "lease_until": None}
        Message.objects.filter(state=M.CLAIMED).update(**sent)

    def opt_out(self, which):
        self.partner.email_opted_out_at = timezone.now()
        self.partner.save()
        recipients.stop_for(self.partner)

    def opt_in(self, which):
        self.partner.email_opted_out_at = None
        self.partner.save()
        recipients.resume_for(self.partner)

    def approve(self, which):
        for message in Message.objects.filter(state=M.HELD):
            with suppress(Refused):
                answers.approve(message, version=message.version, by=self.alice)

    def check(self):
        live = MessageCause.objects.live()
        assert MessageCause.objects.count() == len(self.told)
        assert all(cause.message_id for cause in live)
        counting = {self.referrals[which].pk for which in self.counting}
        assert counting <= set(live.values_list("referral", flat=True))
        forgotten = live.filter(message__state=M.CANCELLED, message__answered_at__isnull=True)
        assert not forgotten.exists()
        fresh = Message.objects.joinable().filter(hold__in=["", Hold.APPROVAL])
        assert fresh.filter(approved_at__isnull=True).count() <= 1
        assert not Message.objects.filter(
            state=M.PENDING, approved_at__isnull=True, causes__referral=self.referrals[2]
        ).exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2)), min_size=4, max_size=14))
def test_each_referral_is_thanked_for_once_in_any_order_of_events(riverside, steps):
    with transaction.atomic():
        story = Story()
        for step, which in steps:
            getattr(story, step)(which)
            story.check()
        transaction.set_rollback(True)
