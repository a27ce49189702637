"""What went well reaches the partner without the patient: asked for, approved, and stopped in time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.actions import tasks
from outreach.actions.messages import answers, stories
from outreach.actions.messages.thanks import forget_withdrawn
from outreach.models import Message, Task, Touchpoint
from outreach.states import MessageState, StoryWay, TaskState
from referralcrm.core.refused import Refused
from referrals.actions import add_clinician, consents, delete, remove_clinician, tell
from referrals.models import Story
from referrals.states import Journey
from tests import factories

WORDS = "Somebody came in unable to lift a cup & went home lifting a grandchild."


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", email="okafor@office.example", salutation="Dr Okafor")


@pytest.fixture
def referral(okafor):
    patient = factories.patient("Kim Moreau")
    return factories.referral(partner=okafor, patient=patient, journey=Journey.COMPLETED)


@pytest.fixture
def story(referral, alice):
    return tell(referral, by=alice, words=WORDS)


@pytest.fixture
def agreed(referral, alice):
    return consents.give(referral, by=alice, scope=["story"], to="other_side")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def at(name, *args):
    return reverse(f"outreach:{name}", args=args)


def test_it_is_told_looked_at_and_sent(desk, referral, agreed, okafor, alice):
    assert "Tell the story" in desk.get(referral.get_absolute_url()).content.decode()
    address = desk.post(at("tell_story", referral.pk, "story"), {"words": WORDS})["Location"]
    story = Story.objects.get()
    shown = desk.get(address).content.decode()
    assert "Dear Dr Okafor" in shown and "lift a cup &amp; went home" in shown
    assert not Message.objects.exists()
    desk.post(address, {"version": story.version})
    message = Message.objects.get()
    assert (message.partner, message.approved_by, message.text_fixed) == (okafor, alice, True)
    assert WORDS in message.body and "Kim" not in message.body
    assert "Shared" in desk.get(referral.get_absolute_url()).content.decode()
    assert "A success story" in desk.get(reverse("partners:detail", args=[okafor.pk])).content.decode()


def test_without_consent_it_stays_and_the_page_says_how_to_ask(desk, story, alice):
    with pytest.raises(consents.NotCovered):
        stories.share(story, by=alice)
    shown = desk.get(at("story", story.pk)).content.decode()
    assert "The patient has not agreed yet to a success story" in shown
    assert f"next={at('story', story.pk).replace('/', '%2F')}" in shown and "Record the consent" in shown
    assert not Message.objects.exists()


def test_what_gives_the_patient_away_is_shown_and_the_typing_kept(desk, referral):
    told = "Kim was so brave on 3 March"
    answer = desk.post(at("tell_story", referral.pk, "story"), {"words": told})
    form = answer.context["form"]
    assert "“Kim” (a name); “3 March” (a date)" in form.errors["words"][0]
    assert form["words"].value() == told and not Story.objects.exists()


def test_it_is_looked_at_again_as_the_patient_is_known_now(story, agreed, alice):
    patient = story.referral.patient
    patient.name = "Kim Somebody"
    patient.save()
    with pytest.raises(Refused, match="“Somebody”"):
        stories.share(story, by=alice)


def test_a_compliment_asks_for_its_own_consent(referral, agreed, alice):
    praise = tell(referral, by=alice, kind="compliment", words="She listened.")
    with pytest.raises(consents.NotCovered, match="a compliment to Dr Adaeze Okafor"):
        stories.share(praise, by=alice)
    consents.give(referral, by=alice, scope=["compliment"], to="other_side")
    assert "She listened." in stories.share(praise, by=alice).body


def test_withdrawn_before_it_leaves_it_does_not_leave(story, agreed, alice):
    message = stories.share(story, by=alice)
    consents.withdraw(agreed, by=alice)
    message.refresh_from_db()
    assert (message.state, message.waiting_because) == (MessageState.CANCELLED, stories.WITHDRAWN)
    assert Story.objects.get().shared_at is None


def test_another_consent_that_covers_it_lets_it_go_on(story, agreed, referral, alice):
    consents.give(referral, by=alice, scope=["story"], to="care_team")
    message = stories.share(story, by=alice)
    consents.withdraw(agreed, by=alice)
    message.refresh_from_db()
    assert message.state == MessageState.PENDING


def test_it_goes_once(story, agreed, alice):
    stories.share(story, by=alice)
    with pytest.raises(Refused, match="on its way already"):
        stories.share(story, by=alice)


def test_taken_back_it_can_be_told_otherwise_and_sent_anew(desk, story, agreed, alice):
    first = stories.share(story, by=alice)
    answers.withdraw(first, version=None, by=alice)
    story.refresh_from_db()
    desk.post(at("retell_story", story.pk), {"words": "Back at work.", "version": story.version})
    second = stories.share(Story.objects.get(), by=alice)
    assert second != first and "Back at work." in second.body
    with pytest.raises(Refused, match="no longer counts"):
        answers.reinstate(first, by=alice)


def test_its_words_are_not_changed_on_the_way(story, agreed, alice):
    message = stories.share(story, by=alice)
    with pytest.raises(Refused, match="approved as they stand"):
        answers.edit(message, version=None, subject="x", body="Kim Moreau", by=alice)


def test_who_gets_no_mail_gets_no_story(story, agreed, okafor, alice):
    okafor.email_opted_out_at = story.written_at
    okafor.save()
    with pytest.raises(Refused, match="Tell them in person"):
        stories.share(story, by=alice)


def test_it_is_put_away_and_brought_back(desk, story, referral):
    desk.post(at("delete_story", story.pk))
    assert desk.get(at("story", story.pk)).status_code == 410
    desk.post(reverse("trash:restore", args=["stories", story.pk]))
    assert desk.get(at("story", story.pk)).status_code == 200


def test_a_referral_that_goes_takes_its_story_along(story, agreed, referral, alice):
    message = stories.share(story, by=alice)
    delete(referral, by=alice)
    forget_withdrawn([message])
    assert not message.causes.live().exists()


# --- on paper, and to others who treat the patient


@pytest.fixture
def lind(referral, alice):
    """Another clinician of the patient."""
    lind = factories.partner("Dr Lind", email="lind@office.example", salutation="Dr Lind")
    add_clinician(referral, by=alice, role="surgeon", partner=lind)
    return lind


@pytest.fixture
def all_agreed(referral, lind, alice):
    return consents.give(referral, by=alice, scope=["story", "compliment"], to="care_team")


@pytest.mark.parametrize("kind", ["story", "compliment"])
def test_by_post_it_is_a_task_with_a_letter_and_its_tick_a_contact(
    desk, referral, all_agreed, okafor, alice, kind
):
    told = tell(referral, by=alice, words=WORDS, kind=kind)
    sent = {"version": told.version, "partner": okafor.pk, "way": "post"}
    page = desk.post(at("story", told.pk), sent, follow=True).content.decode()
    task = Task.objects.get()
    assert "To be posted" in page and not Message.objects.exists()
    assert (task.kind, task.partner) == ("send_story", okafor) and "Kim" not in task.title + task.why
    letter = desk.get(at("story_letter", told.pk, okafor.pk))
    assert letter.content.startswith(b"%PDF")
    tasks.complete(task, version=task.version, by=alice)
    assert (Touchpoint.objects.get().partner, Touchpoint.objects.get().kind) == (okafor, "letter")


def test_given_by_hand_it_is_done_at_once(story, all_agreed, okafor, alice):
    task = stories.share(story, by=alice, way=StoryWay.BY_HAND)
    task.refresh_from_db()
    assert (task.state, Touchpoint.objects.get().partner) == (TaskState.COMPLETED, okafor)


def test_it_goes_to_somebody_else_on_the_care_team_too_with_their_name(
    desk, story, all_agreed, okafor, lind, alice
):
    shown = desk.get(at("story", story.pk), {"to": lind.pk}).content.decode()
    assert "Dear Dr Lind" in shown
    first = stories.share(story, by=alice)
    second = stories.share(Story.objects.get(), by=alice, partner=lind)
    assert (first.partner, second.partner) == (okafor, lind) and "Dear Dr Lind" in second.body
    with pytest.raises(Refused, match="on its way already"):
        stories.share(Story.objects.get(), by=alice, partner=lind)
    page = desk.get(at("story", story.pk)).content.decode()
    assert "Where it went" in page and "Who else can hear it" not in page


def test_without_a_consent_that_names_them_they_hear_nothing(desk, story, agreed, lind, alice):
    with pytest.raises(consents.NotCovered, match="a success story to Dr Lind"):
        stories.share(story, by=alice, partner=lind, way=StoryWay.POST)
    assert not Task.objects.exists()
    assert "not agreed yet to a success story to Dr Lind" in desk.get(at("story", story.pk)).content.decode()


def test_a_stranger_hears_nothing(story, all_agreed, alice):
    other = factories.partner("Dr Else")
    consents.give(story.referral, by=alice, scope=["story"], to="partner", partner=other)
    with pytest.raises(Refused, match="care team"):
        stories.share(story, by=alice, partner=other, way=StoryWay.POST)


@pytest.mark.parametrize("how", ["withdrawn", "removed"])
def test_what_waits_is_stopped_when_nothing_covers_it_any_more(story, referral, all_agreed, lind, alice, how):
    stories.share(story, by=alice, partner=lind, way=StoryWay.POST)
    mailed = stories.share(Story.objects.get(), by=alice)
    if how == "withdrawn":
        consents.withdraw(all_agreed, by=alice)
    else:
        remove_clinician(referral.care_team.get(), by=alice)
    mailed.refresh_from_db()
    assert Task.objects.get().state == TaskState.CANCELLED
    assert mailed.state == (MessageState.CANCELLED if how == "withdrawn" else MessageState.PENDING)
    assert bool(Story.objects.get().shared_at) is (how == "removed")


def test_what_was_skipped_can_be_told_otherwise_and_what_is_posted_cannot(story, all_agreed, alice):
    task = stories.share(story, by=alice, way=StoryWay.POST)
    with pytest.raises(Refused, match="shared as it stands"):
        stories.retell(Story.objects.get(), version=Story.objects.get().version, by=alice, words="Better.")
    tasks.skip(task, because="They retired", version=task.version, by=alice)
    shared = Story.objects.get()
    assert stories.retell(shared, version=shared.version, by=alice, words="Better.").words == "Better."


def test_a_patient_nobody_sent_can_still_be_told_of_on_the_care_team(alice, riverside):
    lind = factories.partner("Dr Lind")
    alone = factories.referral(partner=lind, journey=Journey.COMPLETED)
    type(alone).objects.filter(pk=alone.pk).update(partner=None, source="self")
    alone.refresh_from_db()
    add_clinician(alone, by=alice, role="surgeon", partner=lind)
    consents.give(alone, by=alice, scope=["story"], to="care_team")
    told = tell(alone, by=alice, words=WORDS)
    with pytest.raises(Refused, match="Choose somebody on the care team"):
        stories.share(told, by=alice)
    assert stories.share(Story.objects.get(), by=alice, partner=lind).partner == lind


def test_it_is_not_posted_once_the_consent_has_ended(story, all_agreed, alice, riverside):
    task = stories.share(story, by=alice, way=StoryWay.POST)
    yesterday = riverside.today() - timedelta(days=1)
    type(all_agreed).objects.update(until=yesterday, given_on=yesterday)
    with pytest.raises(consents.NotCovered, match="ended"):
        tasks.complete(task, version=task.version, by=alice)
    task.refresh_from_db()
    assert task.state == TaskState.REQUESTED and not Touchpoint.objects.exists()
