"""How it was for a patient we sent: one tap, a sentence, and a flag that the manager answers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.actions import tasks
from outreach.models import Task
from outreach.states import TaskKind, TaskState
from referralcrm.core.refused import Refused, Stale
from referralcrm.front.today import Today
from referralcrm.practice import trash
from referralcrm.practice.states import Role
from referrals import actions
from referrals.models import Experience, QualityFlag
from tests import factories

WAITED = "He waited two hours in pain"


@pytest.fixture
def sent(riverside):
    today = riverside.today()
    return factories.referral(
        direction="sent", happened_on=today - timedelta(30), journey="attended", attended_on=today
    )


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def flag(sent, alice, charlie):
    return actions.raise_flag(sent, by=alice, words=WAITED)


def the_task():
    return Task.objects.get(kind=TaskKind.QUALITY)


def test_one_tap_keeps_the_word_and_undo_takes_it_back(sent, desk, alice):
    address = reverse("referrals:note_experience", args=[sent.pk])
    answer = desk.post(address, {"felt": "mixed"}, follow=True)
    told = Experience.objects.kept().get()
    assert (told.felt, told.words, told.noted_by, told.told_on) == (
        "mixed",
        "",
        alice,
        alice.practice.today(),
    )
    assert "Add a sentence" in answer.content.decode()
    desk.post(reverse("referrals:delete_experience", args=[told.pk]))
    assert "What did the patient say of it?" in desk.get(sent.get_absolute_url()).content.decode()
    desk.post(trash.undo(told))
    assert Experience.objects.kept().get() == told


def test_the_sentence_is_sealed_and_read_by_who_may(sent, desk, alice, as_person):
    told = actions.note_experience(sent, by=alice, felt="good")
    form = {"felt": "good", "words": "She listened", "told_on": alice.practice.today(), "version": 1}
    desk.post(reverse("referrals:experience", args=[told.pk]), form)
    told.refresh_from_db()
    assert told.words == "She listened" and b"listened" not in bytes(told.words_sealed)
    partner = reverse("partners:detail", args=[sent.partner_id])
    auditor = as_person(factories.person("Ada Audit", role=Role.AUDITOR))
    assert "She listened" in desk.get(partner).content.decode()
    for page in (partner, sent.get_absolute_url()):
        assert "She listened" not in auditor.get(page).content.decode()


def test_a_partners_page_says_how_many_told_us_and_no_score(riverside, alice, desk):
    okafor = factories.partner()
    for felt in ("good", "good", "poor"):
        referral = factories.referral(partner=okafor, direction="sent")
        actions.note_experience(referral, by=alice, felt=felt)
    page = desk.get(reverse("partners:detail", args=[okafor.pk])).content.decode()
    section = page[page.index('id="told"') : page.index('id="friction"')]
    assert "3 told us" in section
    assert not any(word in section for word in ("2 good", "%", "of 3", "1 poor", "★"))


def test_a_second_word_for_one_referral_is_refused(sent, alice, bob):
    first = actions.note_experience(sent, by=alice, felt="good")
    with pytest.raises(Refused, match="already"):
        actions.note_experience(sent, by=bob, felt="poor")
    actions.delete_experience(first, by=alice)
    actions.note_experience(sent, by=bob, felt="poor")
    with pytest.raises(Refused, match="Another answer"):
        actions.restore_experience(first, by=alice)


def test_only_of_a_referral_we_sent_and_of_a_day_that_can_be(sent, alice, desk):
    received = factories.referral()
    with pytest.raises(Refused, match="we sent"):
        actions.note_experience(received, by=alice, felt="good")
    with pytest.raises(Refused, match="before the referral"):
        actions.note_experience(sent, by=alice, felt="good", told_on=sent.happened_on - timedelta(1))
    assert desk.get(reverse("referrals:note_experience", args=[received.pk])).status_code == 404


def test_of_two_who_change_it_the_second_is_told(sent, alice, desk):
    told = actions.note_experience(sent, by=alice, felt="good")
    today = alice.practice.today()
    actions.change_experience(told, by=alice, version=1, felt="mixed", words="Long wait", told_on=today)
    form = {"felt": "poor", "words": "Rude", "told_on": today, "version": 1}
    page = desk.post(reverse("referrals:experience", args=[told.pk]), form).content.decode()
    assert "Somebody else saved this" in page and "Rude" in page and "Long wait" in page


def test_a_flag_is_a_task_of_the_manager_without_a_word_of_the_patient(flag, sent, charlie):
    task = the_task()
    assert (task.owner, task.referral, task.partner) == (charlie, sent, None)
    assert not any(word in task.title + task.why for word in ("waited", "Moreau", sent.partner.name))
    assert Today(charlie).tasks.total == 1


def test_the_answer_closes_flag_and_task_and_undo_opens_both(flag, charlie, as_person):
    manager = as_person(charlie)
    page = manager.get(reverse("referrals:answer_flag", args=[flag.pk])).content.decode()
    assert WAITED in page
    manager.post(
        reverse("referrals:answer_flag", args=[flag.pk]), {"answer": "We called them.", "version": 1}
    )
    flag.refresh_from_db()
    assert (flag.answer, flag.answered_by, the_task().state) == (
        "We called them.",
        charlie,
        TaskState.COMPLETED,
    )
    assert b"called" not in bytes(flag.answer_sealed)
    manager.post(reverse("referrals:reopen_flag", args=[flag.pk]))
    assert list(QualityFlag.objects.open()) == [flag]
    assert Task.objects.open().filter(kind=TaskKind.QUALITY).count() == 1


def test_the_task_is_not_finished_without_an_answer(flag, charlie):
    task = the_task()
    with pytest.raises(Refused, match="Answer the flag"):
        tasks.complete(task, version=task.version, by=charlie)
    with pytest.raises(Refused, match="Answer the flag"):
        tasks.skip(task, version=task.version, because="no time", by=charlie)


def test_two_flags_of_one_referral_are_one_task_until_both_are_answered(flag, sent, alice, charlie):
    other = actions.raise_flag(sent, by=alice, words="And nobody called him back")
    actions.answer_flag(other, by=charlie, version=1, answer="They did.")
    assert the_task().state == TaskState.REQUESTED
    actions.answer_flag(flag, by=charlie, version=1, answer="We called them.")
    assert the_task().state == TaskState.COMPLETED


def test_a_flag_taken_back_asks_nobody_and_comes_back_with_its_task(flag, desk):
    desk.post(reverse("referrals:delete_flag", args=[flag.pk]))
    assert the_task().state == TaskState.CANCELLED
    desk.post(trash.undo(flag))
    assert Task.objects.open().filter(kind=TaskKind.QUALITY).count() == 1


def test_only_the_manager_answers_and_only_once(flag, desk, charlie):
    assert desk.get(reverse("referrals:answer_flag", args=[flag.pk])).status_code == 403
    with pytest.raises(Refused, match="few words"):
        actions.answer_flag(flag, by=charlie, version=1, answer=" ")
    actions.answer_flag(flag, by=charlie, version=1, answer="We called.")
    with pytest.raises(Stale):
        actions.answer_flag(flag, by=charlie, version=1, answer="Again.")
    with pytest.raises(Refused, match="already"):
        actions.answer_flag(flag, by=charlie, version=2, answer="Again.")


def test_what_was_said_follows_the_patient_into_one_record(flag, sent, alice):
    told = actions.note_experience(sent, by=alice, felt="poor", words="Rude")
    actions.merge_patients(factories.patient("K. Moreau"), sent.patient, by=alice)
    told, flag = Experience.objects.get(pk=told.pk), QualityFlag.objects.get(pk=flag.pk)
    assert (told.words, flag.words) == ("Rude", WAITED)
