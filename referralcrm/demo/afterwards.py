"""Sent referrals in the demo: paperwork that partners want, what patients said, and what was looked into."""

from datetime import timedelta

from django.core.files.base import ContentFile

from partners.actions import add_paperwork
from partners.states import GoesWith
from referralcrm.demo.paper import page_of_text
from referrals.actions import answer_flag, attach, note_experience, raise_flag, tick
from referrals.models import Obligation, Referral
from referrals.states import REPORTED, SEEN, Enclosed, Felt, Paper

LETTER = "Their report after the first visit"
WANTED = (
    ("X-ray or MRI on CD", GoesWith.REFERRAL),
    ("List of medicines", GoesWith.REFERRAL),
    ("Copy of the insurance card", GoesWith.BOTH),
)
SAID = (
    (Felt.GOOD, "She took her time and drew it for me."),
    (Felt.GOOD, "Seen within the week, and they explained every step."),
    (Felt.MIXED, "A good doctor, but nobody told me how long I would wait."),
    (Felt.GOOD, ""),
    (Felt.POOR, "I was sent home without anything for the pain."),
)


def make_afterwards(world):
    """Lists of three partners, ticks on the newest referrals to them, five patients' words and two flags."""
    staff = world.people["staff"]
    sent = Referral.objects.kept().sent().select_related("partner", "patient").order_by("-happened_on", "-id")
    _paperwork(sent[:3], staff)
    seen = sent.filter(journey__in=SEEN, attended_on__lte=world.today - timedelta(days=7))
    seen = list(seen.filter(location=world.locations[0])[: len(SAID)])
    for referral, (felt, words) in zip(seen, SAID, strict=False):
        told_on = referral.attended_on + timedelta(days=5)
        note_experience(referral, by=staff, felt=felt, words=words, told_on=told_on)
    if seen:
        _flags(world, seen, staff)
    _their_reports(world, staff)


def _paperwork(sent, staff):
    for referral in {row.partner_id: row for row in sent}.values():
        lines = [
            add_paperwork(referral.partner, by=staff, what=what, goes_with=goes_with)
            for what, goes_with in WANTED
        ]
        tick(referral, lines[0], by=staff, state=Enclosed.ENCLOSED)


def _their_reports(world, staff):
    """What lay in the post with the newest reports that came."""
    came = Obligation.objects.theirs().filter(state__in=REPORTED, sent_on__lte=world.today)
    for report in came.select_related("referral__patient").order_by("-sent_on", "-id")[:3]:
        file = ContentFile(page_of_text("Report"), name="report.pdf")
        attach(
            report.referral, by=staff, file=file, kind=Paper.REPORT, received_on=report.sent_on, title=LETTER
        )


def _flags(world, seen, staff):
    waited = "The patient waited two hours in pain and was sent home without anything for it."
    raise_flag(seen[-1], by=staff, words=waited)
    wrong = raise_flag(seen[0], by=staff, words="Their letter named the wrong side.")
    answer = "We called them; a corrected letter came the same day."
    answer_flag(wrong, by=world.people["manager"], version=wrong.version, answer=answer)
