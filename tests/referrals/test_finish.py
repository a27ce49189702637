"""A referral nobody could read: saved at once, counted honestly, and finished when somebody knows more."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.models import Message, MessageCause, Task
from referralcrm.dashboards.definitions import COUNTED
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.rows import Rows
from referralcrm.practice.calendar import Calendar
from referrals.actions import move
from referrals.models import DetailsRequest, JourneyEvent, Obligation, Patient, Referral
from referrals.states import Side, Source, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def unread(desk):
    """The referral logged with nothing but the day, the way it came and a reason."""
    typed = {"direction": "received", "unreadable": "on", "channel": "fax", "reason": "Knee, left"}
    response = desk.post(reverse("referrals:create"), typed | {"happened_on": TUESDAY.isoformat()})
    assert response.status_code == 302, response.context["form"].errors
    return Referral.objects.get()


def finish(desk, referral, **typed):
    typed = {"version": Referral.objects.get(pk=referral.pk).version} | typed
    return desk.post(reverse("referrals:finish", args=[referral.pk]), typed)


def now(referral):
    return Referral.objects.get(pk=referral.pk)


KIM = {"patient_name": "Kim Moreau", "born": "1971-03-08"}
OKAFOR = {"partner_text": "Dr Adaeze Okafor"}


def test_it_is_saved_with_nobody_known_and_waits_on_today(unread, desk):
    assert (unread.source, unread.partner, unread.reason) == (Source.UNKNOWN, None, "Knee, left")
    assert unread.to_finish and unread.patient.is_nameless
    page = desk.get(reverse("front:today")).content.decode()
    assert "part of it could not be read" in page and "Patient not known yet" in page
    assert not Task.objects.exists(), "nobody is asked who recommended us before it is read"


def test_it_counts_as_one_patient_of_unknown_source(unread, riverside):
    rows = Rows(Calendar(riverside), Period.ending(riverside.today(), 12))
    assert [COUNTED[name].rows(rows).count() for name in ("received", "source-unknown")] == [1, 1]


def test_the_form_still_asks_without_the_tick(desk):
    form = desk.post(reverse("referrals:create"), {"direction": "received"}).context["form"]
    assert {"partner_text", "patient_name"} <= set(form.errors)


def test_the_list_finds_it(unread, desk):
    factories.referral()
    rows = desk.get(reverse("referrals:list"), {"paper": "finish"}).context["page"].object_list
    assert [row.pk for row in rows] == [unread.pk]


def test_finishing_names_the_patient_and_thanks_the_referrer_once(unread, desk, okafor):
    response = finish(desk, unread, **KIM, **OKAFOR, record_number="20417")
    assert response["Location"] == unread.get_absolute_url()
    row = now(unread)
    assert (row.partner, row.source, row.to_finish) == (okafor, Source.PARTNER, False)
    assert (row.patient.name, row.patient.record_number, row.reason) == ("Kim Moreau", "20417", "Knee, left")
    assert Message.objects.get().partner == okafor
    assert row.obligations.get().side == Side.US
    finish(desk, unread, **KIM, **OKAFOR)
    assert MessageCause.objects.live().count() == 1
    assert Patient.objects.count() == 1


def test_a_patient_who_is_known_here_takes_over_all_that_is_sealed(unread, desk, okafor, kim, alice):
    move(now(unread), Verb.HOLD, by=alice, reason="Waiting for the fax again")
    asked = DetailsRequest(referral=now(unread), missing=["phone"], asked_on=TUESDAY)
    asked.words = "Her number"
    asked.save()
    nobody = unread.patient
    finish(desk, unread, record_number="20417", **OKAFOR)
    row = now(unread)
    assert (row.patient, row.reason) == (kim, "Knee, left")
    assert JourneyEvent.objects.get(after="on_hold").reason == "Waiting for the fax again"
    assert DetailsRequest.objects.get().words == "Her number"
    assert not Patient.objects.filter(pk=nobody.pk).exists()


def test_an_open_referral_of_theirs_asks_whether_it_is_the_same_matter(unread, desk, okafor, kim):
    first = factories.referral(partner=okafor, patient=kim)
    typed = KIM | {"partner_text": "Dr Lind", "partner": str(factories.partner("Dr Lind").pk)}
    form = finish(desk, unread, **typed).context["form"]
    assert "matter" in form.errors
    finish(desk, unread, **typed, matter=str(first.pk))
    assert now(unread).matter == now(first).matter
    assert Referral.objects.kept().received().one_per_matter().count() == 1


def test_a_source_that_stays_unknown_is_asked_for_then(unread, desk):
    finish(desk, unread, **KIM, source="unknown")
    assert not now(unread).to_finish
    assert Task.objects.get().title == "Ask the patient who recommended us"


def test_a_known_referrer_is_thanked_at_once_and_not_again(desk, okafor):
    typed = {"direction": "received", "unreadable": "on", "happened_on": TUESDAY.isoformat()} | OKAFOR
    desk.post(reverse("referrals:create"), typed)
    row = Referral.objects.get()
    assert row.to_finish and Message.objects.count() == 1
    finish(desk, row, **KIM, **OKAFOR)
    assert (Message.objects.count(), MessageCause.objects.count(), Obligation.objects.count()) == (1, 1, 1)


def test_another_patients_name_is_never_written_over_a_patient_known_here(desk, okafor, kim):
    row = factories.referral(partner=okafor, patient=kim, to_finish=True, reason="Hip")
    factories.referral(patient=kim, partner=okafor)
    response = finish(desk, row, patient_name="Ruth Adler", born="1980-05-17", **OKAFOR)
    assert response.status_code == 302, response.context["form"].errors
    assert (now(row).patient.name, now(row).reason) == ("Ruth Adler", "Hip")
    assert Patient.objects.get(pk=kim.pk).name == "Kim Moreau"


@pytest.mark.parametrize(
    "typed, wrong",
    [(OKAFOR, "patient_name"), (KIM, "partner_text"), (KIM | {"partner_text": "Dr Nobody"}, "partner_text")],
)
def test_what_is_still_missing_is_said_at_its_field(typed, wrong, unread, desk, okafor):
    assert wrong in finish(desk, unread, **typed).context["form"].errors
    assert now(unread).to_finish


def test_the_second_to_finish_it_loses_no_typing(unread, desk, okafor):
    response = finish(desk, unread, version=unread.version + 5, **KIM, **OKAFOR)
    form = response.context["form"]
    assert "Somebody else changed this referral" in str(form.errors)
    assert form["patient_name"].value() == "Kim Moreau"
    assert finish(desk, unread, **KIM, **OKAFOR).status_code == 302


def test_thanks_for_what_came_long_ago_are_a_draft_as_ever(desk, okafor):
    long_ago = TUESDAY - timedelta(days=30)
    typed = {"direction": "received", "unreadable": "on", "happened_on": long_ago.isoformat()}
    desk.post(reverse("referrals:create"), typed)
    finish(desk, Referral.objects.get(), **KIM, **OKAFOR)
    assert Message.objects.get().hold == "long_ago"
