"""What was hard for a partner: written down, answered, opened again, and shown where somebody answers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from partners.actions import friction as actions
from partners.models import Friction
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.front.rail import numbers
from referralcrm.front.today import Today
from referralcrm.practice import trash
from referralcrm.practice.actions import people
from tests import factories

LATE = "The report came three weeks late."


@pytest.fixture
def partner(riverside):
    return factories.partner()


@pytest.fixture
def hard(partner, alice):
    day = alice.practice.today() - timedelta(days=12)
    return actions.report(
        partner, trouble=LATE, happened_on=day, told_by="their manager", owner=alice, by=alice
    )


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def page_of(partner):
    return reverse("partners:detail", args=[partner.pk])


def test_one_line_on_the_partners_page_is_enough(desk, partner, alice):
    page = desk.get(page_of(partner)).content.decode()
    assert "what is written down here gets an answer" in page and "Never a patient’s name" in page
    sent = {"trouble": LATE, "told_by": "Jo", "happened_on": alice.practice.today(), "owner": alice.pk}
    answer = desk.post(reverse("partners:report_friction", args=[partner.pk]), sent, follow=True)
    assert "Automatic mail to Dr Adaeze Okafor waits until it is answered." in answer.content.decode()
    made = Friction.objects.get()
    assert (made.trouble, made.told_by, made.owner, made.answered_on) == (LATE, "Jo", alice, None)
    assert AuditEvent.objects.filter(verb="wrote down", subject_type="friction").exists()


def test_a_day_to_come_is_refused_with_the_typing_kept(desk, partner, alice):
    tomorrow = alice.practice.today() + timedelta(days=1)
    answer = desk.post(
        reverse("partners:report_friction", args=[partner.pk]), {"trouble": LATE, "happened_on": tomorrow}
    )
    assert "This day is still to come." in answer.content.decode() and LATE in answer.content.decode()
    assert not Friction.objects.exists()


def test_it_stands_on_today_with_its_days_until_it_is_answered(desk, alice, partner, hard):
    page = Today(alice)
    assert (page.frictions.total, page.frictions.rows[0]["days"], page.total) == (1, 12, 1)
    assert numbers(alice).today == 1
    assert "Open for 12 days, told by their manager" in desk.get("/").content.decode()
    address = reverse("partners:answer_friction", args=[hard.pk])
    desk.post(address, {"answer": "We send it the same day now.", "version": hard.version, "next": "/"})
    assert (Today(alice).total, numbers(alice).today) == (0, 0)
    body = desk.get(page_of(partner)).content.decode()
    assert "Answered" in body and "We send it the same day now." in body


def test_it_is_its_owners_and_nobodys_is_everybodys(alice, bob, partner, hard):
    assert Today(bob).frictions.total == 0
    assert Today(bob, everybody=True).frictions.total == 1
    actions.change(hard, version=hard.version, owner=None, by=alice)
    assert Today(bob).frictions.total == 1


def test_an_answer_without_words_and_a_second_answer_are_refused(alice, hard):
    with pytest.raises(Refused, match="few words"):
        actions.answer(hard, version=1, answer="  ", by=alice)
    actions.answer(hard, version=1, answer="Sorry.", by=alice)
    with pytest.raises(Refused, match="already"):
        actions.answer(hard, version=2, answer="Sorry again.", by=alice)


def test_the_second_of_two_who_answer_keeps_the_typing(desk, alice, hard):
    actions.change(hard, version=1, told_by="Jo", by=alice)
    address = reverse("partners:answer_friction", args=[hard.pk])
    answer = desk.post(address, {"answer": "We called.", "version": 1})
    assert "Somebody else saved this" in answer.content.decode() and "We called." in answer.content.decode()


def test_undo_opens_it_again_and_what_was_typed_stays(desk, alice, hard):
    actions.answer(hard, version=1, answer="Sorry.", by=alice)
    desk.post(reverse("partners:reopen_friction", args=[hard.pk]))
    hard.refresh_from_db()
    assert (hard.answered_on, hard.answer) == (None, "Sorry.")


def test_it_can_be_deleted_and_fetched_back(desk, alice, partner, hard):
    desk.post(reverse("partners:delete_friction", args=[hard.pk]))
    assert Today(alice).total == 0 and LATE not in desk.get(page_of(partner)).content.decode()
    desk.post(trash.undo(hard))
    assert Today(alice).total == 1


def test_it_stands_in_the_timeline(desk, partner, hard):
    body = desk.get(page_of(partner)).content.decode()
    timeline = body[body.index('id="everything"') :]
    assert "What was hard for them" in timeline and "Not answered yet." in timeline


def test_who_leaves_hands_it_over(alice, bob, charlie, hard):
    people.deactivate(alice, heir=bob, by=charlie)
    hard.refresh_from_db()
    assert hard.owner == bob


def test_the_dashboard_counts_what_is_open_and_lists_it(as_person, charlie, partner, hard, alice):
    done = actions.report(partner, trouble="Old", happened_on=hard.happened_on, by=alice)
    actions.answer(done, version=1, answer="Sorry.", by=alice)
    browser = as_person(charlie)
    figure = browser.get("/dashboard/").context["page"].figure("hard-for-them")
    rows = browser.get(figure.url)
    assert (figure.n, rows.context["page"].paginator.count) == (1, 1)
    assert LATE in rows.content.decode()
