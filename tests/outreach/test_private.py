"""The mails that lead to a page: what they carry is in them alone, and nowhere else at any time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.actions import rules
from outreach.actions.messages import answers, private
from outreach.actions.messages.send import send_due
from outreach.models import Message, Rule
from outreach.states import CARRIES, MessageState, RuleKind
from partners.models import Friction
from partners.states import News
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import enter
from referrals import actions
from referrals.actions import links
from referrals.models import PortalCode, PortalLink, StatusNotice
from referrals.states import Urgency
from tests import factories

SATURDAY_NIGHT = datetime(2026, 3, 7, 23, tzinfo=UTC)
MONDAY_AT_EIGHT = datetime(2026, 3, 9, 8, tzinfo=UTC)
DOOR = reverse("portal:door")


@pytest.fixture
def okafor(sending):
    """Who wants to be told everything."""
    with enter(sending):
        return factories.partner("Dr Okafor", email="okafor@office.example", notices=[*News])


@pytest.fixture
def token(sending, okafor):
    with enter(sending):
        return links.token_of(links.make(okafor))


def words_of(letter):
    return letter.get_body(("plain",)).get_content()


def everything_stored():
    """Every row of every table as text, byte strings opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield row
                for found in re.findall(r"\\x([0-9a-f]{8,})", row):
                    yield bytes.fromhex(found).decode("latin-1")


def receive(okafor, **fields):
    patient = {"name": "Kim Moreau", "birth_date": "1971-03-08", "record_number": ""}
    return actions.log(
        by=None,
        direction="received",
        patient=patient,
        partner=okafor,
        happened_on=okafor.practice.today(),
        **fields,
    )


def news_among(server):
    return [words_of(letter) for letter in server.letters() if letter["Subject"].startswith("News")]


def test_a_code_leaves_at_once_on_a_saturday_night_and_then_is_nowhere(sending, token, server, clock):
    """Whoever asked is waiting for it."""
    clock.move_to(SATURDAY_NIGHT)
    Client().post(DOOR, {"link": token})
    send_due(sending)
    [letter] = server.letters()
    digits = re.search(r"Your code is (\d{6})\.", words_of(letter))[1]
    assert digits not in letter["Subject"] and "no e-mail" not in words_of(letter)
    with enter(sending):
        message = Message.objects.get()
        assert (message.state, message.body.count("{code}")) == (MessageState.SENT, 1)
        assert bytes(PortalCode.objects.get().code_sealed) == b""


def test_neither_code_nor_link_can_be_read_in_a_dump_before_they_leave(sending, token):
    Client().post(DOOR, {"link": token})
    with enter(sending):
        private.send_link(PortalLink.objects.get(), referral=factories.referral())
        digits = links.digits_of(PortalCode.objects.get())
        stored = list(everything_stored())
    assert not any(token in text for text in stored)
    assert not any(re.search(rf"(?<![\w-]){digits}(?![\w-])", text) for text in stored)


def test_a_code_that_ran_out_before_it_could_leave_is_taken_back(sending, token, server, clock):
    Client().post(DOOR, {"link": token})
    clock.shift(timedelta(minutes=11))
    send_due(sending)
    with enter(sending):
        message = Message.objects.get()
    assert (message.state, message.reason) == (
        MessageState.CANCELLED,
        "What it leads to is over, or was taken back.",
    )
    assert not server.taken


def test_what_is_hard_for_them_holds_no_code_but_an_opt_out_does(sending, okafor, token, server):
    with enter(sending):
        Friction.objects.create(partner=okafor, trouble="The phone is busy", happened_on=sending.today())
    Client().post(DOOR, {"link": token})
    send_due(sending)
    assert len(server.taken) == 1
    with enter(sending):
        okafor.email_opted_out_at = timezone.now()
        okafor.save()
    Client().post(DOOR, {"link": token})
    send_due(sending)
    assert len(server.taken) == 1


def test_the_notice_of_a_report_carries_its_link_behind_the_hash_and_forgets_it(sending, token, server):
    with enter(sending):
        private.send_link(PortalLink.objects.get(), referral=factories.referral())
    send_due(sending)
    [letter] = server.letters()
    assert f"{DOOR}#{token}\r\n" in words_of(letter)
    html = letter.get_body(("html",)).get_content()
    assert re.search(rf'<a href="[^"]*{DOOR}#{token}"', html)
    with enter(sending):
        assert "{link}" in Message.objects.get().body
        assert bytes(PortalLink.objects.get().token_sealed) == b""
        assert links.find(token)


def test_a_notice_that_may_not_have_arrived_keeps_its_link_for_another_try(sending, token, server):
    with enter(sending):
        private.send_link(PortalLink.objects.get(), referral=factories.referral())
    server.script["body"] = ["drop"]
    send_due(sending)
    with enter(sending):
        message = Message.objects.get()
        assert message.state == MessageState.IN_DOUBT
        answers.resend(message, version=message.version, by=factories.person("Alice", practice=sending))
    send_due(sending)
    assert token in words_of(server.letters()[-1])


def test_a_link_that_was_revoked_before_its_mail_left_stays_here(sending, token, server):
    with enter(sending):
        link = PortalLink.objects.get()
        private.send_link(link, referral=factories.referral())
        links.revoke(link)
    send_due(sending)
    assert not server.taken
    with enter(sending):
        assert Message.objects.get().state == MessageState.CANCELLED


def test_news_of_a_few_minutes_is_one_mail_that_names_nobody(sending, okafor, server, clock):
    with enter(sending):
        referral = receive(okafor)
    send_due(sending)
    assert not server.taken, "what follows within minutes joins it"
    with enter(sending):
        actions.move(referral, "schedule", by=None, appointment_on=sending.today() + timedelta(days=3))
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    [words] = news_among(server)
    assert "several of your patients" in words and not re.search("Kim|Moreau|March|1971", words)
    with enter(sending):
        assert {notice.link for notice in StatusNotice.objects.all()} == set(PortalLink.objects.all())


@pytest.mark.parametrize("wanted, told", [([], 0), ([News.BOOKED], 0), ([News.RECEIVED], 1)])
def test_only_what_was_asked_for_is_told(sending, okafor, server, clock, wanted, told):
    with enter(sending):
        okafor.notices = wanted
        okafor.save()
        receive(okafor)
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert len(news_among(server)) == told


def test_a_step_that_was_taken_back_is_no_news(sending, okafor, server, clock):
    with enter(sending):
        okafor.notices = [News.DECLINED]
        okafor.save()
        referral = receive(okafor)
        actions.move(referral, "decline", by=None, reason="Full")
        actions.take_step_back(referral, by=None)
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert not news_among(server)


@pytest.mark.parametrize("again", ["at once", "after the mail has left"])
def test_the_same_news_is_told_once_however_often_it_is_taken_back(sending, okafor, server, clock, again):
    def news_leaves():
        clock.shift(timedelta(minutes=6))
        send_due(sending)

    with enter(sending):
        okafor.notices = [News.ATTENDED]
        okafor.save()
        referral = receive(okafor)
        actions.move(referral, "attend", by=None)
    if again != "at once":
        news_leaves()
    with enter(sending):
        for _ in range(3):
            actions.take_step_back(referral, by=None)
            assert not StatusNotice.objects.standing().exists()
            actions.move(referral, "attend", by=None)
        assert StatusNotice.objects.standing().count() == 1
    news_leaves()
    assert len(news_among(server)) == 1


def test_news_that_was_taken_out_of_a_mail_and_is_true_after_all_finds_another(
    sending, okafor, server, clock
):
    with enter(sending):
        okafor.notices = [News.ATTENDED]
        okafor.save()
        referral = receive(okafor)
        actions.move(referral, "attend", by=None)
        actions.take_step_back(referral, by=None)
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert not news_among(server)
    with enter(sending):
        actions.move(referral, "attend", by=None)
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert len(news_among(server)) == 1


def test_a_second_booking_of_the_day_leaves_the_first_ones_news_when_it_is_taken_back(sending, okafor):
    with enter(sending):
        okafor.notices = [News.BOOKED]
        okafor.save()
        referral = receive(okafor)
        days = [sending.today() + timedelta(days=days) for days in (3, 4)]
        actions.move(referral, "schedule", by=None, appointment_on=days[0])
        actions.move(referral, "rebook", by=None, appointment_on=days[1])
        actions.take_step_back(referral, by=None)
        assert StatusNotice.objects.standing().count() == 1


def test_whom_the_referral_was_not_from_is_told_nothing_of_it_and_whom_it_was_from_is(
    sending, okafor, server, clock
):
    with enter(sending):
        lind = factories.partner("Dr Lind", email="lind@office.example", notices=[*News])
        referral = receive(okafor)
        actions.move(referral, "decline", by=None, reason="Full")
        for partner in (lind, okafor, lind):
            referral = actions.update(referral, version=referral.version, by=None, partner=partner)
        told = StatusNotice.objects.standing().values_list("partner__name", "what")
        assert list(told) == [("Dr Lind", "received")]
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert [letter["To"] for letter in server.letters() if letter["Subject"].startswith("News")] == [
        "lind@office.example"
    ]


@pytest.mark.parametrize("mistake", ["an error", "in the trash"])
def test_news_of_a_referral_that_was_a_mistake_stays_here(sending, okafor, server, clock, mistake):
    with enter(sending):
        referral = receive(okafor)
        if mistake == "an error":
            actions.move(referral, "enter_in_error", by=None, reason="Logged twice")
        else:
            actions.delete(referral, by=None)
        assert not StatusNotice.objects.standing().exists()
    clock.shift(timedelta(minutes=6))
    send_due(sending)
    assert not news_among(server)


FACTS = {
    News.RECEIVED: [],
    News.BOOKED: [("schedule", {})],
    News.DECLINED: [("decline", {"reason": "Full"})],
    News.NO_SHOW: [("schedule", {}), ("miss", {})],
    News.ATTENDED: [("attend", {})],
    News.DISCHARGED: [("attend", {}), ("complete", {})],
}


@pytest.mark.parametrize("what", News)
def test_each_fact_is_told_to_whom_asked_for_it_and_to_nobody_else(riverside, what):
    asked = factories.partner("Dr Okafor", email="okafor@office.example", notices=[what])
    others = factories.partner("Dr Lind", notices=[news for news in News if news != what])
    for partner in (asked, others):
        referral = receive(partner)
        for verb, fields in FACTS[what]:
            actions.move(referral, verb, by=None, **fields)
    assert [notice.what for notice in StatusNotice.objects.filter(partner=asked)] == [what]
    assert not StatusNotice.objects.filter(partner=others, what=what).exists()


def test_what_is_history_or_about_whom_we_sent_is_no_news(riverside, okafor, sending):
    today = riverside.today()
    partner = factories.partner("Dr Lind", email="lind@office.example", notices=[*News])
    for on, told in ((today - timedelta(days=8), 0), (today - timedelta(days=7), 1)):
        actions.receive(by=None, patient=factories.patient(), partner=partner, happened_on=on)
        assert StatusNotice.objects.count() == told
    sent = actions.send(by=None, patient=factories.patient(), partner=partner, happened_on=today)
    actions.move(sent, "schedule", by=None)
    assert StatusNotice.objects.count() == 1


def test_reopening_or_taking_up_again_is_no_news(riverside):
    lind = factories.partner("Dr Lind", notices=[News.RECEIVED, News.BOOKED])
    days = [riverside.today() - timedelta(days=ago) for ago in range(5, -1, -1)]
    referral = actions.receive(by=None, patient=factories.patient(), partner=lind, happened_on=days[0])
    steps = ("schedule", "hold", "resume", "cancel", "reopen")
    for verb, on in zip(steps, days[1:], strict=True):
        actions.move(referral, verb, by=None, on=on, reason="As asked")
    told = StatusNotice.objects.values_list("what", "happened_on")
    assert sorted(told) == [("booked", days[1]), ("received", days[0])]


@pytest.mark.parametrize(
    "zone, eight, urgency",
    [
        ("", MONDAY_AT_EIGHT, Urgency.ROUTINE),
        ("America/New_York", MONDAY_AT_EIGHT + timedelta(hours=4), Urgency.STAT),
    ],
)
def test_news_waits_for_the_readers_morning_however_urgent(
    zone, eight, urgency, sending, okafor, server, clock
):
    clock.move_to(SATURDAY_NIGHT)
    with enter(sending):
        okafor.time_zone = zone
        okafor.save()
        receive(okafor, urgency=urgency)
        assert Message.objects.get(rule__kind=RuleKind.STATUS_NOTICE).due_at == eight
    clock.move_to(eight - timedelta(minutes=1))
    send_due(sending)
    assert not news_among(server)
    clock.shift(timedelta(minutes=1))
    send_due(sending)
    assert len(news_among(server)) == 1


@pytest.mark.parametrize("kind", CARRIES)
def test_a_template_cannot_lose_what_it_carries(riverside, charlie, kind):
    rule = Rule.objects.get(kind=kind)
    with pytest.raises(Refused, match="Leave"):
        rules.change(rule, version=1, by=charlie, subject="Hello", body="Nothing to open")


def test_the_rule_of_the_codes_cannot_be_switched_off(riverside, charlie, as_person):
    rule = Rule.objects.get(kind=RuleKind.PORTAL_CODE)
    page = as_person(charlie).get(reverse("outreach:rule", args=[rule.pk])).content.decode()
    assert 'name="is_active"' not in page and 'name="subject"' in page
