"""Questions between clinicians: asked, promised, answered, withdrawn, handed over, thrown away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from partners import actions as partners
from partners.models import Contact
from referralcrm.audit.models import AuditEvent
from referralcrm.core.reading import reading
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.signals import owned_by, person_deactivated
from referrals.actions import advice
from referrals.models import AdviceRequest
from referrals.states import AdviceKind
from tests import factories
from tests.partners.merging import merge, take_apart

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=LONDON)
QUESTION = "Runner with a stubborn Achilles: rest or load?"


@pytest.fixture
def brandt(riverside):
    return factories.partner("S. Brandt")


def asked(brandt, *, by, direction="received", **fields):
    return advice.ask(by=by, direction=direction, partner=brandt, question=QUESTION, **fields)


@pytest.mark.parametrize(
    "kind, at, promised",
    [
        (AdviceKind.MANAGEMENT, MONDAY, datetime(2026, 3, 3, 18, tzinfo=LONDON)),
        (
            AdviceKind.MANAGEMENT,
            datetime(2026, 3, 6, 16, tzinfo=LONDON),
            datetime(2026, 3, 9, 18, tzinfo=LONDON),
        ),
        (AdviceKind.IMAGING, datetime(2026, 3, 7, 9, tzinfo=LONDON), datetime(2026, 3, 9, 18, tzinfo=LONDON)),
        (AdviceKind.URGENT, MONDAY, datetime(2026, 3, 2, 12, tzinfo=LONDON)),
        (AdviceKind.URGENT, datetime(2026, 3, 6, 17, tzinfo=LONDON), datetime(2026, 3, 9, 9, tzinfo=LONDON)),
    ],
)
def test_an_answer_is_promised_by_the_next_working_day_and_sooner_when_urgent(riverside, kind, at, promised):
    assert advice.usual_promise(kind, at, Calendar(riverside)) == promised


def test_a_practice_may_promise_the_same_day(riverside):
    riverside.advice_days = 0
    promise = [
        advice.usual_promise(AdviceKind.IMAGING, at, Calendar(riverside))
        for at in (MONDAY, MONDAY.replace(hour=19), datetime(2026, 3, 7, 9, tzinfo=LONDON))
    ]
    assert promise == [datetime(2026, 3, day, 18, tzinfo=LONDON) for day in (2, 3, 9)]


def test_a_question_is_asked_and_answered(brandt, bob):
    with time_machine.travel(MONDAY, tick=False):
        made = asked(brandt, by=bob, kind=AdviceKind.URGENT)
    assert (made.asked_at, made.promised_by) == (MONDAY, MONDAY + timedelta(hours=2))
    assert list(AdviceRequest.objects.open()) == [made]
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        advice.answer(made, version=1, by=bob, answer="Load it, slowly.", next_step="manage")
    stands = AdviceRequest.objects.get()
    assert (stands.question, stands.answer, stands.next_step) == (QUESTION, "Load it, slowly.", "manage")
    assert stands.answered_at - stands.asked_at == timedelta(hours=1)
    assert stands.owner == bob, "a question of nobody's becomes the clinician's who answers it"
    assert not AdviceRequest.objects.open().exists()
    assert [event.verb for event in AuditEvent.objects.order_by("at")] == ["asked", "answered"]


@pytest.mark.parametrize(
    "direction, owner, answers, owned",
    [
        ("received", None, "bob", "Bob Brown"),
        ("received", "hanna", "bob", "Hanna Hill"),  # hers stays hers
        ("received", None, "alice", None),  # who treats nobody answers for somebody
        ("sent", None, "bob", None),  # their answer is written down, not given
    ],
)
def test_whose_a_question_is_once_it_was_answered(brandt, alice, bob, direction, owner, answers, owned):
    people = {"alice": alice, "bob": bob}
    people["hanna"] = factories.person("Hanna Hill", role="clinician", sees_patients=True)
    made = asked(brandt, by=alice, direction=direction, owner=people.get(owner))
    advice.answer(made, version=1, by=people[answers], answer="Load it.")
    stands = AdviceRequest.objects.get().owner
    assert (stands and stands.name) == owned


def test_of_what_we_ask_nothing_is_promised_by_itself(brandt, alice):
    assert asked(brandt, by=alice, direction="sent").promised_by is None


def test_the_words_are_sealed_with_a_key_of_the_rows_own_and_opening_them_is_noted(brandt, bob):
    made = asked(brandt, by=bob)
    advice.answer(made, version=1, by=bob, answer="Load it.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM referrals_advicerequest a")
        row = cursor.fetchone()[0]
    assert not any(word in row or word.encode().hex() in row for word in ("Achilles", "Load"))
    with reading() as seen:
        assert AdviceRequest.objects.get().question == QUESTION
    assert (seen, seen.others) == (set(), {"advicerequest": {made.pk}})


def test_of_two_who_answer_the_second_is_told(brandt, bob, alice):
    made = asked(brandt, by=alice)
    advice.answer(made, version=1, by=bob, answer="Load it.")
    with pytest.raises(Stale):
        advice.answer(made, version=1, by=alice, answer="Rest it.")
    with pytest.raises(Refused, match="answered this already"):
        advice.answer(made, version=2, by=alice, answer="Rest it.")
    assert AdviceRequest.objects.get().answer == "Load it."


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"asked_at": datetime(2126, 1, 1, tzinfo=UTC)}, "still to come"),
        ({"asked_at": datetime(1996, 1, 1, tzinfo=UTC)}, "years ago"),
        ({"promised_by": datetime(2020, 1, 1, tzinfo=UTC)}, "before the question"),
    ],
)
def test_impossible_moments_are_refused(brandt, alice, fields, words):
    with pytest.raises(Refused, match=words):
        asked(brandt, by=alice, **fields)


def test_an_answer_needs_words_and_comes_after_the_question(brandt, alice):
    made = asked(brandt, by=alice)
    with pytest.raises(Refused, match="in a few words"):
        advice.answer(made, version=1, by=alice, answer="  ")
    with pytest.raises(Refused, match="before it was asked"):
        advice.answer(
            made, version=1, by=alice, answer="Rest.", answered_at=made.asked_at - timedelta(hours=1)
        )


def test_somebody_of_another_office_cannot_have_asked(brandt, alice):
    elsewhere = Contact.objects.create(partner=factories.partner("Dr Lind"), name="Jo")
    with pytest.raises(Refused, match="at this partner’s office"):
        asked(brandt, by=alice, contact=elsewhere)


def test_what_was_written_down_can_be_mended(brandt, bob, alice):
    made = asked(brandt, by=alice)
    advice.answer(made, version=1, by=bob, answer="Load it.")
    advice.change(
        made, version=2, by=alice, question="Rest?", answer="Load it.", kind="imaging", promised_by=None
    )
    stands = AdviceRequest.objects.get()
    assert (stands.question, stands.answer, stands.kind, stands.version) == (
        "Rest?",
        "Load it.",
        "imaging",
        3,
    )
    assert AuditEvent.objects.first().changed == ["kind", "question"]
    with pytest.raises(Refused, match="in a few words"):
        advice.change(made, version=3, by=alice, question="Rest?", answer=" ")


def test_the_usual_promise_follows_a_correction_and_one_that_was_typed_stays(brandt, alice):
    with time_machine.travel(MONDAY + timedelta(hours=5), tick=False):
        made = asked(brandt, by=alice, asked_at=MONDAY)
        words = {"by": alice, "question": QUESTION, "asked_at": MONDAY - timedelta(hours=1)}
        urgent = advice.change(made, version=1, kind=AdviceKind.URGENT, promised_by=None, **words)
        assert urgent.promised_by == MONDAY + timedelta(hours=1)
        by = MONDAY + timedelta(hours=7)
        assert advice.change(made, version=2, promised_by=by, **words).promised_by == by


def test_what_cannot_be_is_refused_in_a_correction_too(brandt, bob, alice):
    made = asked(brandt, by=alice, asked_at=MONDAY)
    auditor = factories.person("Ines Vale", role="auditor")
    advice.answer(made, version=1, by=bob, answer="Load it.", answered_at=MONDAY)
    with pytest.raises(Refused, match="answered before that"):
        advice.change(made, version=2, by=alice, question=QUESTION, asked_at=MONDAY + timedelta(minutes=1))
    with pytest.raises(Refused, match="Write the question"):
        advice.change(made, version=2, by=alice, question=" ")
    with pytest.raises(Refused, match="cannot answer it here"):
        advice.change(made, version=2, by=alice, question=QUESTION, owner=auditor)
    assert AdviceRequest.objects.get().version == 2


def test_of_two_who_write_its_letter_the_second_is_told(brandt, alice):
    made = asked(brandt, by=alice, direction="sent")
    advice.write_letter(made, version=1, by=alice, letter="Dear S. Brandt, …")
    with pytest.raises(Stale):
        advice.write_letter(made, version=1, by=alice, letter="Dear Sam, …")
    with pytest.raises(Refused, match="Write the letter"):
        advice.write_letter(made, version=2, by=alice, letter=" ")
    assert AdviceRequest.objects.get().letter == "Dear S. Brandt, …"


def test_a_question_is_about_no_referral_of_another_partner(brandt, alice):
    with pytest.raises(Refused, match="another partner"):
        asked(brandt, by=alice, referral=factories.referral())


def test_saving_what_stands_there_already_changes_nothing(brandt, alice):
    made = asked(brandt, by=alice)
    advice.change(made, version=1, by=alice, question=QUESTION, promised_by=made.promised_by)
    assert AdviceRequest.objects.get().version == 1


def test_a_withdrawn_question_waits_no_more_and_can_be_opened_again(brandt, alice):
    made = asked(brandt, by=alice)
    advice.withdraw(made, version=1, by=alice)
    assert not AdviceRequest.objects.open().exists()
    with pytest.raises(Refused, match="withdrawn"):
        advice.answer(made, version=2, by=alice, answer="Rest.")
    advice.reopen(made, by=alice)
    assert AdviceRequest.objects.open().exists()


def test_undoing_an_answer_keeps_its_words(brandt, alice):
    made = asked(brandt, by=alice)
    advice.answer(made, version=1, by=alice, answer="Rest.", next_step="refer")
    stands = advice.reopen(made, by=alice)
    assert (stands.is_open, stands.answer, stands.next_step) == (True, "Rest.", "")


def test_only_a_referral_of_the_same_partner_can_have_come_of_it(brandt, alice):
    made = asked(brandt, by=alice)
    advice.connect(made, referral=factories.referral(partner=brandt), by=alice)
    with pytest.raises(Refused, match="another partner"):
        advice.connect(made, referral=factories.referral(), by=alice)


def test_a_question_keeps_the_referral_that_came_of_it_first(brandt, alice):
    made, first, second = asked(brandt, by=alice), *(factories.referral(partner=brandt) for _ in range(2))
    for referral in (first, second):
        advice.connect_if_fitting(made.pk, referral=referral, by=alice)
    assert AdviceRequest.objects.get().referral == first


def test_questions_of_somebody_who_leaves_are_handed_over(brandt, alice, bob, charlie):
    mine, done = asked(brandt, by=bob, owner=bob), asked(brandt, by=bob, owner=bob)
    advice.answer(done, version=1, by=bob, answer="Rest.")
    owned = next(owned for owned in owned_by(bob) if "questions" in owned.what)
    assert (owned.count, owned.names) == (1, ["S. Brandt"])
    heir = factories.person("Hanna Hill", role="clinician", sees_patients=True)
    person_deactivated.send(type(bob), person=bob, heir=heir, by=charlie)
    assert AdviceRequest.objects.get(pk=mine.pk).owner == heir
    assert AdviceRequest.objects.get(pk=done.pk).owner == bob
    person_deactivated.send(type(bob), person=heir, heir=alice, by=charlie)
    assert AdviceRequest.objects.get(pk=mine.pk).owner is None, "who treats nobody answers no question"


def test_questions_follow_a_merge_and_go_back(brandt, alice):
    double = factories.partner("Sam Brandt")
    made = asked(double, by=alice)
    done = merge(brandt, double, by=alice)
    assert AdviceRequest.objects.get(pk=made.pk).partner == brandt
    take_apart(done, by=alice)
    assert AdviceRequest.objects.get(pk=made.pk).partner == double


def test_a_question_goes_into_the_trash_and_comes_back(brandt, alice):
    made = asked(brandt, by=alice)
    gone = advice.delete(made, by=alice)
    assert not AdviceRequest.objects.open().exists()
    advice.restore(gone, by=alice)
    assert list(AdviceRequest.objects.open()) == [made]


def test_a_question_does_not_come_back_without_its_partner(brandt, alice):
    gone = advice.delete(asked(brandt, by=alice), by=alice)
    partners.delete(brandt, by=alice)
    gone.partner.refresh_from_db()
    with pytest.raises(Refused, match="trash"):
        advice.restore(gone, by=alice)
