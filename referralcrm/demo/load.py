"""The demo practice as a whole: one transaction, one seed."""

import random
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from partners.actions import likely
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.demo.afterwards import make_afterwards
from referralcrm.demo.agreed import make_agreed
from referralcrm.demo.agreements import make_agreements
from referralcrm.demo.cast import STORIES
from referralcrm.demo.choices import make_choices, make_origins
from referralcrm.demo.contacts import make_audit, make_frictions, make_tasks, make_touchpoints, make_weeks
from referralcrm.demo.news import make_news
from referralcrm.demo.paper import UNREAD, make_paper
from referralcrm.demo.partners import make_partners
from referralcrm.demo.questions import make_questions
from referralcrm.demo.referrals import make_referrals
from referralcrm.demo.reports import make_reports
from referralcrm.demo.sending import make_sent_reports
from referralcrm.demo.thanks import Thanks
from referralcrm.demo.world import SIGN_INS, World, email_of
from referralcrm.practice.models import Practice, User
from referralcrm.practice.scope import enter
from referralcrm.practice.signals import practice_founded

NAME = "Riverside Physio"
PARTNERS, REFERRALS = 60, 1500
FEWEST_PARTNERS, FEWEST_REFERRALS = len(STORIES) + 5, 200


@transaction.atomic
def load(*, seed=1, partners=PARTNERS, referrals=REFERRALS, say: Callable[[str], None] = lambda text: None):
    """Found the demo practice and fill it; returns it. All of it is there afterwards, or nothing.

    ``seed`` decides everything that varies, relative to today. ``say`` is told of each step with
    its counts. Raises Refused when a demo practice exists or a count is too small for its stories.
    """
    if partners < FEWEST_PARTNERS or referrals < FEWEST_REFERRALS:
        raise Refused(f"At least {FEWEST_PARTNERS} partners and {FEWEST_REFERRALS} referrals are needed.")
    if demo_practice():
        raise Refused("There is a demo practice already.")
    practice = Practice.objects.create(
        name=NAME, region="ENG", is_demo=True, reply_to="hello@riverside.example", inner_circle_size=20
    )
    with enter(practice):
        practice_founded.send(Practice, practice=practice)
        world = World(practice, random.Random(seed), timezone.now())
        world.settle()
        record("founded", by=world.people["manager"], subject=practice)
        _fill(world, partners, referrals, say)
    return practice


def demo_practice() -> Practice | None:
    return Practice.objects.filter(is_demo=True).first()


def sign_ins() -> list[tuple[str, str]]:
    """(role, e-mail) of the demo people whose sign-in may be shown: those who can still sign in."""
    people = User.objects.filter(practice__is_demo=True, is_active=True)
    found = {person.email: person.get_role_display() for person in people}
    return [(found[email], email) for email in map(email_of, SIGN_INS) if email in found]


def _fill(world, partners, referrals, say):
    weights = make_partners(world, partners)
    say(f"{partners:,} partners")
    thanks, done = Thanks(world), UNREAD
    for batch in make_referrals(world, weights, referrals - UNREAD):
        thanks.write(batch.referrals)
        done += len(batch.referrals)
        say(f"{done:,} of {referrals:,} referrals, each with its journey, report and thanks")
    thanks.upset()
    say(f"{len(make_touchpoints(world)):,} contacts")
    make_agreements(world)
    make_frictions(world)
    make_questions(world)
    make_paper(world)
    make_afterwards(world)
    make_sent_reports(world)
    make_reports(world)
    make_agreed(world)
    make_choices(world)
    make_origins(world)
    make_news(world)
    make_weeks(world)
    make_tasks(world)
    make_audit(world)
    likely.search()
    say("the week's people, tasks for today and the audit log")
