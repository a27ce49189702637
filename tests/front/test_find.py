"""The finder's page, the sheet for the patient, and our own clinicians' pages."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from outreach.actions.tasks import Task
from partners.models import Condition, Postcode
from referralcrm.front.today import Today
from referralcrm.practice.models import Licence
from tests import factories

FIND = "/find/"
POSTCODES = "/partners/postcodes/"


@pytest.fixture
def anna(riverside):
    return factories.partner(
        "Anna Moss",
        discipline=factories.discipline("Physiotherapy"),
        phone="+442079460123",
        address="4 Mill Rise",
        postcode="N1 9GU",
    )


def words(response):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_it_asks_first_and_finds_nobody_by_itself(anna, alice, as_person):
    page = as_person(alice).get(FIND)
    assert "What does the patient need?" in page.content.decode() and page.context["results"] is None


def test_what_is_asked_stands_in_no_address_and_the_typing_is_kept(anna, alice, as_person):
    page = as_person(alice).post(FIND, {"what": "physio", "within": "5"})
    assert "Say near what." in page.content.decode() and 'value="physio"' in page.content.decode()
    page = as_person(alice).post(FIND, {"what": "physio", "near": "N1 2AB"})
    assert "Anna Moss" in page.content.decode() and not page.request["QUERY_STRING"]


def test_who_cannot_be_referred_to_is_shown_with_the_reason(anna, alice, as_person):
    anna.accepting = "no"
    anna.save()
    page = as_person(alice).post(FIND, {"what": "physio"}).content.decode()
    assert "Cannot refer because…" in page and "takes no new patients" in page
    assert 'name="partner"' not in page


def test_ours_are_named_with_the_way_to_their_page(anna, bob, alice, as_person):
    bob.special_interests = ["shoulder"]
    bob.save()
    page = as_person(alice).post(FIND, {"what": "frozen shoulder"}).content.decode()
    assert "We see this ourselves" in page and reverse("practice:profile", args=[bob.pk]) in page


def test_who_may_not_log_finds_and_chooses_nobody(anna, riverside, as_person):
    auditor = factories.person("Ines Vale", role="auditor")
    page = as_person(auditor).post(FIND, {"what": "physio"}).content.decode()
    assert "Anna Moss" in page and "Refer to Anna Moss" not in page


def test_a_page_of_results_needs_as_many_queries_for_thirty_as_for_one(anna, alice, as_person):
    desk = as_person(alice)
    asked = {"what": "physio", "near": "N1 2AB", "within_days": "7", "telehealth": "on"}

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert desk.post(FIND, asked).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for number in range(30):
        factories.partner(f"Partner {number}", discipline=anna.discipline, telehealth=True)
    assert queries() == few


def test_the_sheet_for_the_patient_names_those_ticked_and_nothing_else(anna, alice, as_person):
    other = factories.partner("Bea Bird")
    response = as_person(alice).get("/print/offered.pdf", {"offered": [anna.pk]})
    text = words(response)
    assert response["Content-Type"] == "application/pdf"
    assert all(word in text for word in ("Anna Moss", "4 Mill Rise", "79460123"[-4:], "The choice is yours"))
    assert other.name not in text


def test_without_anybody_ticked_the_sheet_says_what_to_do(anna, alice, as_person):
    response = as_person(alice).get("/print/offered.pdf", {"offered": "nonsense"})
    assert response.status_code == 409 and "Tick whom you name" in response.content.decode()


def test_the_profile_on_paper_leaves_out_what_is_over(riverside, bob, alice, as_person):
    bob.special_interests, bob.about, bob.credentials = ["shoulder"], "Shoulders by video.", "MCSP"
    bob.save()
    today = riverside.today()
    Licence.objects.create(person=bob, name="HCPC", place="United Kingdom", number="PH1", expires_on=today)
    Licence.objects.create(person=bob, name="Old paper", place="Oregon", expires_on=today - timedelta(1))
    text = words(as_person(alice).get(f"/print/people/{bob.pk}/profile.pdf"))
    assert all(word in text for word in ("Bob Brown, MCSP", "shoulder", "HCPC", "PH1", "Shoulders by video."))
    assert "Old paper" not in text


@pytest.mark.parametrize("days, warned", [(-1, True), (60, True), (61, False), (None, False)])
def test_managers_are_warned_sixty_days_before_a_licence_is_over(days, warned, bob, charlie, as_person):
    today = charlie.practice.today()
    ends = None if days is None else today + timedelta(days)
    Licence.objects.create(person=bob, name="HCPC", place="United Kingdom", expires_on=ends)
    browser = as_person(charlie)
    assert ("Licences to renew" in browser.get("/").content.decode()) == warned
    assert ("To renew" in browser.get("/practice/people/").content.decode()) == warned
    assert Today(charlie).total == Today(charlie).numbers.today == warned


def test_nobody_else_is_warned_of_a_licence(bob, alice):
    Licence.objects.create(person=bob, name="HCPC", place="United Kingdom", expires_on=alice.practice.today())
    assert Today(alice).licences == []
    assert not Task.objects.exists()


def test_a_licence_is_added_changed_and_comes_back_from_the_trash(bob, charlie, as_person):
    browser, page = as_person(charlie), reverse("practice:profile", args=[bob.pk])
    new = {"name": "HCPC", "place": "United Kingdom", "number": "", "expires_on": "2027-03-04"}
    assert browser.post(f"/practice/people/{bob.pk}/licences/new/", new)["Location"] == page
    licence = Licence.objects.get()
    changed = new | {"place": "Ireland", "version": licence.version}
    assert browser.post(f"/practice/licences/{licence.pk}/", changed)["Location"] == page
    assert "Ireland" in browser.get(page).content.decode()
    stale = browser.post(f"/practice/licences/{licence.pk}/", changed | {"place": "Malta"})
    assert "Somebody else saved this" in stale.content.decode()
    browser.post(f"/practice/licences/{licence.pk}/delete/")
    assert not Licence.objects.kept().exists()
    browser.post(f"/trash/licences/{licence.pk}/restore/")
    assert Licence.objects.kept().get().place == "Ireland"


def test_postcodes_are_pasted_and_pasted_again(charlie, as_person):
    browser = as_person(charlie)
    text = "postcode,lat,long\nSW1A 1AA, 51.501, -0.142\nn1\t51,538\t-0,099\n\nN1;51.6;0\n"
    assert browser.post(POSTCODES, {"lines": text})["Location"] == "/practice/settings/lists/postcodes/"
    told = {row.name: (row.latitude, row.longitude) for row in Postcode.objects.all()}
    assert told == {"SW1A1AA": (51.501, -0.142), "N1": (51.6, 0)}
    browser.post(POSTCODES, {"lines": "N1, 52, 1"})
    assert Postcode.objects.get(name="N1").latitude == 52


@pytest.mark.parametrize(
    "text, said",
    [
        ("N1, 51.5", "Line 1: it needs a postcode and two numbers"),
        ("N1, 51.5, 0\nN2, 91, 0", "Line 2:"),
        ("N1, 51.5, 0\nN2, NaN, 0", "Line 2:"),
        ("N1 0AA 0AA 0AA 0AA, 1, 1", "Line 1: it needs a postcode"),
        ("postcode, north, east", "There is no postcode in this."),
        ("\n".join(f"N{n}, 1, 1" for n in range(2001)), "more than 2000 lines"),
    ],
    ids=["too few", "no latitude", "no number", "too long", "headings alone", "too many"],
)
def test_a_line_that_is_wrong_is_named_and_nothing_is_kept(text, said, charlie, as_person):
    page = as_person(charlie).post(POSTCODES, {"lines": text})
    assert said in page.content.decode() and text.splitlines()[0] in page.content.decode()
    assert not Postcode.objects.exists()


def test_a_condition_is_kept_with_who_helps(riverside, charlie, as_person):
    yoga = factories.discipline("Yoga teaching")
    new = {"name": "Burn-out", "words": "exhaustion, stress at work", "disciplines": [yoga.pk]}
    as_person(charlie).post("/practice/settings/lists/conditions/", new)
    made = Condition.objects.get(name="Burn-out")
    assert (made.words, made.disciplines) == (["exhaustion", "stress at work"], [yoga.pk])
