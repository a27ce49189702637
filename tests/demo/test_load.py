from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from outreach.models import Message, Run, Touchpoint
from outreach.states import Hold, MessageState
from partners.models import Affiliation, Partner
from partners.states import Stage
from referralcrm.core.refused import Refused
from referralcrm.demo import load as demo
from referralcrm.demo.cast import PASSWORD, STORIES
from referralcrm.demo.referrals import COOLING
from referralcrm.practice.models import Practice, User
from referralcrm.practice.scope import enter
from referrals.models import Referral

SMALL = {"partners": 25, "referrals": 260}
NAMES = {story.key: story.name for story in STORIES}


def story(key):
    return Partner.objects.get(name=NAMES[key])


DAYS = [
    datetime(2026, 11, 23, 7, 0),  # a Monday before the run
    datetime(2026, 11, 21, 18, 0),  # a Saturday
    datetime(2027, 1, 1, 0, 5),
    datetime(2028, 2, 29, 12, 0),
    datetime(2026, 12, 31, 23, 58),
    datetime(2026, 3, 29, 1, 30),  # the clocks change
    datetime(2027, 8, 1, 12, 0),  # the first of a month
]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("seed", [1, 7])
def test_its_stories_are_true_on_any_day(db, day, seed):
    with time_machine.travel(day.replace(tzinfo=ZoneInfo("Europe/London")), tick=False):
        practice = demo.load(seed=seed, **SMALL)
        with enter(practice):
            today = practice.today()
            received = Referral.objects.received().kept()
            assert received.filter(partner=story("cooling")).count() == sum(COOLING.values())
            assert not received.filter(partner=story("quiet"), happened_on__gt=today - timedelta(days=90))
            assert not received.filter(partner=story("only_us")).exists()
            assert not Touchpoint.objects.filter(partner=story("only_us")).exists()
            assert not Referral.objects.filter(partner=story("advice")).exists()
            assert Touchpoint.objects.filter(partner=story("advice")).exists()
            assert not Referral.objects.filter(partner=story("prospect")).exists()
            assert story("retired").stage == Stage.ENDED
            assert story("opted_out").has_opted_out
            assert Affiliation.objects.filter(partner=story("moved")).count() == 2
            assert Message.objects.filter(state=MessageState.PENDING, due_at__gt=practice.now()).exists()
            held = Message.objects.filter(partner=story("retired"), state=MessageState.HELD)
            assert held.filter(hold=Hold.PARTNER_ENDED).exists()
            assert Run.objects.latest("due_at").due_at <= practice.now()


def test_the_same_seed_gives_the_same_practice(db):
    def loaded(seed):
        with transaction.atomic():
            with enter(demo.load(seed=seed, **SMALL)):
                rows = list(
                    Referral.objects.order_by(
                        "happened_on", "partner__name", "journey", "attended_on"
                    ).values_list("happened_on", "partner__name", "journey", "attended_on")
                )
            transaction.set_rollback(True)
        return rows

    first = loaded(3)
    assert loaded(3) == first
    assert loaded(4) != first


def test_a_load_that_dies_leaves_nothing(db, monkeypatch):
    monkeypatch.setattr(demo, "make_audit", lambda world: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo.load(**SMALL)
    assert not Practice.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db(databases=["default", "owner"])
def test_if_empty_loads_once_and_shows_the_sign_ins_each_time(capsys):
    call_command("demo", "--if-empty", "--partners=25", "--referrals=260")
    assert "260 of 260 referrals" in capsys.readouterr().out
    call_command("demo", "--if-empty")
    said = capsys.readouterr().out
    assert "referrals" not in said
    assert "manager@riverside.example" in said and PASSWORD in said
    assert Practice.objects.count() == 1


def test_if_empty_leaves_a_practice_of_ones_own_alone(riverside, capsys):
    call_command("demo", "--if-empty")
    assert capsys.readouterr().out == ""
    assert Practice.objects.get() == riverside


def test_a_second_demo_practice_is_refused(db):
    demo.load(**SMALL)
    with pytest.raises(CommandError):
        call_command("demo")
    with pytest.raises(Refused):
        demo.load(partners=3, referrals=10)


def test_the_demo_people_sign_in_with_the_printed_password(db, client):
    demo.load(**SMALL)
    for role, email in demo.sign_ins():
        person = User.objects.get(email=email)
        assert person.check_password(PASSWORD) and person.get_role_display() == role
        validate_password(PASSWORD, person)


def test_somebody_who_was_deactivated_is_not_offered_as_a_sign_in(db):
    demo.load(**SMALL)
    User.objects.filter(email="staff@riverside.example").update(is_active=False)
    assert "staff@riverside.example" not in dict(map(reversed, demo.sign_ins()))
