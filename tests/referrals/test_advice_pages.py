"""The pages of questions between clinicians: typing is kept, filters narrow, replies name nobody."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from partners.models import Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.calendar import Calendar
from referrals.models import AdviceRequest, Referral
from referrals.models.waiting import standing
from tests import factories

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=LONDON)
INBOX, NEW = reverse("referrals:advice"), reverse("referrals:ask_advice")
HOUR = timedelta(hours=1)
TO_REFER = {"version": 1, "next_step": "refer"}


@pytest.fixture(autouse=True)
def afternoon(riverside):
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def brandt(riverside):
    return factories.partner("S. Brandt")


def url(name, advice, *more):
    return reverse(f"referrals:{name}", args=[advice.pk, *more])


def asked(partner, question="Rest or load?", *, ago=2 * HOUR, left=2 * HOUR, **fields):
    moments = {"asked_at": MONDAY - ago, "promised_by": None if left is None else MONDAY + left}
    return factories.advice(question, partner=partner, **moments | fields)


@pytest.mark.parametrize(
    "fields, tone, tag, words",
    [
        ({}, "soon", "2 working hours left", "Asked 12:00; answer promised by 16:00 today."),
        ({"left": 40 * timedelta(minutes=1)}, "soon", "40 working minutes left", None),
        ({"left": 18 * HOUR}, "soon", "4 working hours left", None),
        (
            {"left": 20 * HOUR},
            "",
            "",
            "Asked 12:00; answer promised by 10:00 tomorrow, 6 working hours left.",
        ),
        (
            {"left": 28 * HOUR},
            "",
            "",
            "Asked 12:00; answer promised by 18:00 tomorrow, 14 working hours left.",
        ),
        (
            {"left": -HOUR},
            "late",
            "1 working hour late",
            "Asked 12:00; the answer was promised by 13:00 today.",
        ),
        ({"left": -HOUR, "ago": 24 * HOUR * 9}, "late", "1 working hour late", None),
        ({"left": -24 * HOUR * 9, "ago": 24 * HOUR * 9}, "late", "5 working days late", None),
        (
            {"left": None, "direction": "sent"},
            "",
            "",
            "Asked 12:00, 2 working hours ago; nothing was promised.",
        ),
        (
            {"channel": "text"},
            "soon",
            "2 working hours left",
            "Asked 12:00 by text message; answer promised by 16:00 today.",
        ),
        ({"answered_at": MONDAY}, "", "", "Asked 12:00; answered 14:00, after 2 working hours, in time."),
        (
            {"answered_at": MONDAY, "left": -HOUR},
            "",
            "",
            "Asked 12:00; answered 14:00, after 2 working hours, later than promised.",
        ),
        (
            {"answered_at": MONDAY, "left": timedelta()},
            "",
            "",
            "Asked 12:00; answered 14:00, after 2 working hours, in time.",
        ),
        ({"withdrawn_at": MONDAY}, "", "", "Asked 12:00; withdrawn 14:00."),
        ({"left": timedelta()}, "late", "late", "Asked 12:00; the answer was promised by 14:00 today."),
        ({"left": timedelta(seconds=59)}, "soon", "now", None),
        ({"left": 18 * HOUR + timedelta(minutes=1)}, "", "", None),
        ({"left": 96 * HOUR}, "", "", "Asked 12:00; answer promised by Friday 14:00, 4 working days left."),
        (
            {"left": 7 * 24 * HOUR},
            "",
            "",
            "Asked 12:00; answer promised by 9 Mar 14:00, 5 working days left.",
        ),
        (
            {"left": 26 * HOUR},
            "",
            "",
            "Asked 12:00; answer promised by 16:00 tomorrow, 12 working hours left.",
        ),
        ({"ago": 3 * 24 * HOUR}, "soon", "2 working hours left", None),
        (
            {"ago": 24 * HOUR},
            "soon",
            "2 working hours left",
            "Asked yesterday 14:00; answer promised by 16:00 today.",
        ),
    ],
)
def test_where_a_question_stands_is_said_in_words(brandt, riverside, fields, tone, tag, words):
    told = standing(asked(brandt, **fields), MONDAY, Calendar(riverside))
    assert (told.tone, told.tag) == (tone, tag)
    assert words in (None, told.words)


def test_it_is_said_by_the_practices_clock(brandt, riverside):
    riverside.time_zone = "America/New_York"  # where it is nine in the morning
    told = standing(asked(brandt), MONDAY, Calendar(riverside))
    assert told.words == "Asked 07:00; answer promised by 11:00 today."
    assert told.tag == "2 working hours left"


def test_the_most_pressing_stands_first_and_filters_narrow(brandt, bob, as_person):
    asked(brandt, "Unpromised", left=None, direction="sent", ago=HOUR)
    asked(brandt, "Unpromised before", left=None, direction="sent")
    asked(brandt, "Later", left=5 * HOUR)
    asked(brandt, "Sooner", kind="urgent")
    asked(brandt, "Hanna’s", owner=factories.person("Hanna Hill"))
    asked(brandt, "Done", answered_at=MONDAY)
    desk = as_person(bob)

    def shown(query=""):
        return [row.question for row in desk.get(INBOX + query).context["page"]]

    assert shown() == ["Sooner", "Later", "Unpromised before", "Unpromised"]
    assert set(shown("?for=everybody")) == {
        "Sooner",
        "Hanna’s",
        "Later",
        "Unpromised before",
        "Unpromised",
    }
    assert shown("?direction=sent") == ["Unpromised before", "Unpromised"]
    assert shown("?kind=urgent") == ["Sooner"]
    assert shown("?show=answered") == ["Done"]
    assert shown("?show=withdrawn") == []


def test_reading_the_list_leaves_one_row_in_the_audit(brandt, bob, as_person):
    first, second = asked(brandt), asked(brandt)
    as_person(bob).get(INBOX)
    event = AuditEvent.objects.get(verb="read")
    assert (event.subject_type, event.note) == ("advicerequest", "referrals:advice")
    assert event.subjects == sorted([str(first.pk), str(second.pk)])


def test_a_new_colleague_is_added_with_the_question(alice, as_person):
    typed = {"partner_text": "Dr Nowak", "partner": "new", "question": "May she swim?", "kind": "urgent"}
    assert as_person(alice).post(NEW, typed).status_code == 302
    made = AdviceRequest.objects.get()
    assert (made.partner, made.question, made.direction) == (
        Partner.objects.get(),
        "May she swim?",
        "received",
    )
    assert made.promised_by == MONDAY + 2 * HOUR


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"partner_text": "", "question": "May she swim?"}, "Type who asks, or is asked."),
        ({"partner_text": "Nobody Here", "question": "May she swim?"}, "Which partner is meant?"),
        ({"partner_text": "S. Brandt", "question": ""}, "This field is required."),
        (
            {"partner_text": "S. Brandt", "question": "May she swim?", "promised_by": "2026-03-02T08:00"},
            "before the question was asked",
        ),
    ],
)
def test_a_refused_question_keeps_the_typing(brandt, alice, as_person, typed, said):
    page = as_person(alice).post(NEW, typed)
    assert page.status_code == 200 and said in page.content.decode()
    assert typed["question"] in page.content.decode()
    assert not AdviceRequest.objects.exists()


def test_moments_are_those_of_the_practices_clock(alice, brandt, as_person, riverside):
    riverside.time_zone = "America/New_York"
    riverside.save()
    alice.refresh_from_db()
    typed = {"partner_text": "S. Brandt", "question": "May she swim?"}
    as_person(alice).post(NEW, typed | {"asked_at": "2026-03-02T08:30", "promised_by": "2026-03-02T17:00"})
    made = AdviceRequest.objects.get()
    assert made.asked_at.astimezone(ZoneInfo("America/New_York")).hour == 8
    assert 'value="2026-03-02T08:30"' in as_person(alice).get(url("update_advice", made)).content.decode()


def test_saving_a_correction_leaves_the_seconds_alone(brandt, alice, as_person):
    made = asked(brandt, ago=timedelta(minutes=90, seconds=7))
    form = as_person(alice).get(url("update_advice", made)).context["form"]
    typed = {field.html_name: field.value() or "" for field in form} | {
        "asked_at": "2026-03-02T12:29", "promised_by": "2026-03-02T16:00", "question": "Rest?"
    }  # fmt: skip
    assert as_person(alice).post(url("update_advice", made), typed).status_code == 302
    stands = AdviceRequest.objects.get()
    assert (stands.question, stands.asked_at, stands.version) == ("Rest?", made.asked_at, 2)


def test_an_answer_that_somebody_else_gave_first_is_kept_on_the_page(brandt, alice, as_person):
    made, desk = asked(brandt), as_person(alice)
    assert desk.post(url("answer_advice", made), {"answer": "Load it.", "version": 1}).status_code == 302
    page = desk.post(url("answer_advice", made), {"answer": "Rest it.", "version": 1})
    assert page.status_code == 200 and "Rest it." in page.content.decode()
    assert AdviceRequest.objects.get().answer == "Load it."


def test_an_answer_can_be_undone_from_the_toast_and_the_row(brandt, alice, as_person):
    made, desk = asked(brandt), as_person(alice)
    desk.post(url("answer_advice", made), {"answer": "Load it.", "version": 1, "next": INBOX})
    desk.post(url("reopen_advice", made))
    assert AdviceRequest.objects.open().exists()
    desk.post(url("withdraw_advice", made), {"version": 3})
    assert AdviceRequest.objects.get().withdrawn_at == MONDAY


def test_a_late_reply_promises_nothing_that_has_passed_and_a_withdrawn_question_has_none(
    brandt, bob, as_person
):
    made, desk = asked(brandt, owner=bob, left=-HOUR), as_person(bob)
    assert desk.get(url("advice_request", made)).context["reply"] == (
        "S. Brandt, thank you for your question of 2 March. We are sorry that you still wait for our "
        "answer. Bob Brown, Riverside Physio"
    )
    desk.post(url("withdraw_advice", made), {"version": 1})
    assert "To paste into a text" not in desk.get(url("advice_request", made)).content.decode()


def test_the_reply_is_one_line_from_the_answer(brandt, bob, as_person):
    made, desk = asked(brandt, owner=bob), as_person(bob)
    assert desk.get(url("advice_request", made)).context["reply"] == (
        "S. Brandt, thank you for your question. You will hear from us by 16:00 on Monday 2 March. "
        "Bob Brown, Riverside Physio"
    )
    desk.post(
        url("answer_advice", made), {"answer": "Load it,\r\nslowly.", "version": 1, "next_step": "refer"}
    )
    assert desk.get(url("advice_request", made)).context["reply"] == (
        "S. Brandt, to your question of 2 March: Load it, slowly. "
        "Please send the patient to us, we will see to it. Bob Brown, Riverside Physio"
    )


@pytest.mark.parametrize(
    "answer, is_repeated",
    [
        ("Ms Moreau may swim.", False),
        ("MOREAU’S shoulder may be loaded", False),
        ("Mrs Wiśniewska may swim", False),
        ("Mrs wisniewska may swim", False),
        ("Li may swim", False),
        ("Is 20417 the one with the scan?", False),
        ("Born 8.3.1971?", False),
        ("Born 08/03/1971?", False),
        ("Ring +44 7700 900812", False),
        ("She may swim, and lift 5 kg in 1971.", True),
        ("She may swim; li is a word.", True),
    ],
)
def test_the_reply_repeats_no_answer_that_names_the_patient(brandt, bob, as_person, answer, is_repeated):
    patient = factories.patient("Kim Li Moreau-Wiśniewska", born="1971-03-08", record="20417")
    patient.phone = "07700 900812"
    patient.save()
    referral = factories.referral(partner=brandt, patient=patient)
    made = asked(brandt, referral=referral)
    desk = as_person(bob)
    desk.post(url("answer_advice", made), {"answer": answer, "version": 1})
    page = desk.get(url("advice_request", made))
    assert (answer in page.context["reply"]) is is_repeated
    assert "Moreau" not in page.context["reply"]
    assert not [row.reply for row in desk.get(INBOX + "?show=answered").context["page"] if row.reply]


@pytest.mark.parametrize("direction, leads_to", [("received", "received"), ("sent", "sent")])
def test_a_question_becomes_a_referral_with_its_words(brandt, alice, as_person, direction, leads_to):
    made = asked(brandt, direction=direction, answered_at=MONDAY, next_step="refer")
    desk = as_person(alice)
    link = f"{reverse('referrals:create')}?direction={direction}&partner={brandt.pk}&advice={made.pk}"
    assert link.replace("&", "&amp;") in desk.get(INBOX + "?show=answered").content.decode()
    form = desk.get(link).context["form"]
    assert form["reason"].value() == "Rest or load?"
    typed = {
        "direction": direction, "partner_text": "S. Brandt", "partner": brandt.pk, "advice": made.pk,
        "patient_name": "Kim Moreau", "reason": "Rest or load?",
    }  # fmt: skip
    assert desk.post(reverse("referrals:create"), typed).status_code == 302
    referral = Referral.objects.get()
    assert (referral.direction, AdviceRequest.objects.get().referral) == (leads_to, referral)


def test_a_question_of_another_partner_is_not_taken_along(brandt, alice, as_person):
    made = asked(factories.partner("Dr Lind"), answered_at=MONDAY, next_step="refer")
    typed = {
        "partner_text": "S. Brandt",
        "partner": brandt.pk,
        "advice": made.pk,
        "patient_name": "Kim Moreau",
    }
    assert as_person(alice).post(reverse("referrals:create"), typed).status_code == 302
    assert AdviceRequest.objects.get().referral is None


def test_a_letter_is_looked_over_and_may_go_all_the_same(brandt, bob, as_person):
    made, desk = asked(brandt, direction="sent", kind="prescription", owner=bob), as_person(bob)
    page = desk.get(url("advice_letter", made))
    words = page.context["form"]["letter"].value()
    assert words.startswith("Dear S. Brandt,") and "Rest or load?" in words and "your prescription" in words
    assert page.context["flags"] == [], "our own words are never blunt"
    assert "Only English phrases are known here" in page.content.decode()
    assert desk.get(url("advice_letter_page", made)).status_code == 409, (
        "it is looked over before it is printed"
    )
    blunt = {"letter": words + "\r\n\r\nYou did it WRONG AGAIN!!", "version": 1}
    assert desk.post(url("advice_letter", made), blunt).status_code == 302
    page = desk.get(url("advice_letter", made))
    assert [flag.words for flag in page.context["flags"]] == ["You did it WRONG", "WRONG AGAIN", "!!"]
    assert "Print all the same" in page.content.decode()
    assert desk.get(url("advice_letter_page", made)).content.startswith(b"%PDF")
    assert desk.post(url("advice_letter_left", made, "phone")).status_code == 409
    desk.post(url("advice_letter_left", made, "fax"))
    assert AdviceRequest.objects.get().channel == "fax"


def test_only_our_own_questions_go_on_paper(brandt, bob, as_person):
    assert as_person(bob).get(url("advice_letter", asked(brandt))).status_code == 404


def test_a_question_about_a_referral_stands_on_its_page(brandt, alice, as_person):
    referral, desk = factories.referral(partner=brandt), as_person(alice)
    page = desk.get(referral.get_absolute_url()).content.decode()
    link = f"{NEW}?direction=sent&amp;partner={brandt.pk}&amp;referral={referral.pk}"
    assert link in page
    form = desk.get(link.replace("&amp;", "&")).context["form"]
    typed = {"partner_text": "S. Brandt", "question": "May she swim?", "referral": form["referral"].value()}
    assert desk.post(NEW, typed | {"direction": "sent"}).status_code == 302
    made = AdviceRequest.objects.get()
    assert made.referral == referral
    assert made.get_absolute_url() in desk.get(referral.get_absolute_url()).content.decode()
