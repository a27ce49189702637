"""What is printed: the day, a card, thanks, envelopes, labels; what stands on them and what must not."""

import io
import re
import time
from datetime import time as clock_time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from outreach.models import Task, Touchpoint
from outreach.states import TaskKind
from partners.models import Contact, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.front.prints.day import SECTIONS, WholeDay
from referralcrm.front.prints.sizes import SHEETS
from referralcrm.front.today import Section
from referralcrm.practice.addresses import place_lines
from referralcrm.practice.models import Location
from referralcrm.practice.states import Role
from referrals.actions import calls
from referrals.models import Referral
from tests import factories

HOSTILE = '*b* #panic("x") $y$ <script> O\'Brien =SUM(1)'


@pytest.fixture
def okafor(riverside):
    return factories.partner(
        "Dr Adaeze Okafor",
        salutation="Dr Okafor",
        phone="+44 20 7946 0958",
        address="1 High Street",
        postcode="SE1 2BB",
        area="London",
        hours="Mon–Fri 8–18",
        organisation=factories.organisation("Northgate Surgery"),
    )


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def pdf(response):
    assert response.status_code == 200, response.content[:300]
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    return PdfReader(io.BytesIO(response.content))


def words(response):
    """The text of all pages on one line, without the marks that hold writing directions apart."""
    text = " ".join(page.extract_text() for page in pdf(response).pages)
    return " ".join(re.sub("[\u200b\u2066-\u2069]", "", text).split())


def printed(browser, name, *keys, **query):
    return browser.get(reverse(f"print:{name}", args=keys), query)


def to_book(partner, number=1, *, days=3):
    for count in range(number):
        factories.referral(
            partner=partner,
            patient=factories.patient(f"Kim Moreau{count}", record=f"R-{count}"),
            happened_on=partner.practice.today() - timedelta(days=days),
        )


def test_the_day_s_list_has_every_row_a_box_and_who_printed_it(okafor, alice, desk):
    to_book(okafor, 12)
    Task.objects.create(title="Order cards", due_on=alice.practice.today(), owner=alice, partner=okafor)
    text = words(printed(desk, "today"))
    assert "What needs Alice Adams" in text and "Not yet booked 12" in text
    assert all(f"Kim Moreau{number} from Dr Adaeze Okafor" in text for number in range(12))
    assert "Order cards Dr Adaeze Okafor" in text and "+44 20 7946 0958" in text
    assert "by Alice Adams. Names of patients: shred it tonight." in text and "Page 1 of 1" in text


def test_the_list_tells_when_they_were_booked_and_how_often_they_were_called(okafor, alice, desk):
    today = alice.practice.today()
    to_book(okafor, 1, days=5)
    calls.log_call(Referral.objects.get(), by=alice)
    factories.referral(
        partner=okafor,
        patient=factories.patient("Ines Past"),
        journey="scheduled",
        happened_on=today - timedelta(days=9),
        appointment_on=today - timedelta(days=1),
        appointment_time=clock_time(14, 30),
    )
    text = words(printed(desk, "today"))
    assert ", 14:30." in text and "Waiting 5 days; called once" in text


def test_every_section_of_today_is_on_the_list(alice):
    sections = {name for name, part in vars(WholeDay(alice)).items() if isinstance(part, Section)}
    assert sections == {name for name, _, _ in SECTIONS}


def test_who_may_not_see_names_prints_record_numbers(okafor, as_person):
    to_book(okafor, 1)
    admin = as_person(factories.person("Ada Admin", role=Role.ADMINISTRATOR))
    text = words(printed(admin, "today", **{"for": "everybody"}))
    assert "R-0 from Dr Adaeze Okafor" in text
    assert "Moreau" not in text and "Names of patients" not in text


def test_a_printed_list_is_one_audited_read(okafor, alice, desk):
    to_book(okafor, 3)
    printed(desk, "today")
    read = AuditEvent.objects.get(verb="read")
    assert (len(read.subjects), read.note) == (3, "print:today")
    assert AuditEvent.objects.get(verb="printed").actor_id == alice.pk


def test_a_day_with_nothing_says_so(desk):
    assert "All done" in words(printed(desk, "today"))


def test_sixty_rows_make_numbered_pages_in_a_short_time(okafor, desk):
    to_book(okafor, 60)
    began = time.monotonic()
    response = printed(desk, "today")
    took = time.monotonic() - began
    pages = len(pdf(response).pages)
    print(f"60 rows: {pages} pages, {len(response.content) // 1024} KB in {took * 1000:.0f} ms")
    assert 3 <= pages <= 5 and f"Page {pages} of {pages}" in words(response)
    assert len(response.content) < 300_000 and took < 5


def test_the_card_of_a_partner_holds_what_one_needs_and_no_patient(okafor, alice, desk):
    factories.referral(partner=okafor, patient=factories.patient("Kim Moreau", record="R-77"))
    Contact.objects.create(partner=okafor, name="Marta Silva", phone="+44 20 7946 0950")
    Touchpoint.objects.create(
        partner=okafor, happened_on=alice.practice.today(), by=alice, note="Talked about " + "runners " * 60
    )
    text = words(printed(desk, "partner", okafor.pk))
    for said in ("Dr Adaeze Okafor", "+44 20 7946 0958", "1 High Street", "Mon–Fri 8–18", "Marta Silva"):
        assert said in text
    assert "They sent 1 patient this year." in text and "Call, Alice Adams" in text
    assert "Moreau" not in text and "R-77" not in text
    assert not AuditEvent.objects.filter(verb="read").exists()


def test_a_partner_of_whom_nothing_is_known_has_a_card(riverside, desk):
    bare = factories.partner("Dr Bare", email="")
    assert "Nobody is known by name." in words(printed(desk, "partner", bare.pk))


def test_an_opt_out_stands_in_place_of_the_e_mail(okafor, desk, riverside):
    Partner.objects.update(email_opted_out_at=riverside.now(), email="okafor@x.example")
    text = words(printed(desk, "partner", okafor.pk))
    assert "no e-mail, please" in text and "okafor@x.example" not in text


def test_hostile_names_come_out_as_they_were_typed(riverside, desk):
    hostile = factories.partner(HOSTILE, address=HOSTILE, next_step=HOSTILE)
    assert HOSTILE in words(printed(desk, "partner", hostile.pk))
    assert HOSTILE in words(printed(desk, "envelope", hostile.pk))
    assert HOSTILE in words(printed(desk, "labels_pdf", partner=hostile.pk))
    card = desk.post(reverse("print:thanks_card", args=[hostile.pk]), {"fold": "flat", "words": HOSTILE})
    assert HOSTILE in words(card)


def test_a_thank_you_card_is_folded_or_flat_printed_or_to_write_on(okafor, desk):
    address = reverse("print:thanks_card", args=[okafor.pk])
    folded = desk.post(address, {"fold": "folded", "words": "Dear Dr Okafor,\r\n\r\nthank you."})
    flat = desk.post(address, {"fold": "flat", "words": ""})
    assert len(pdf(folded).pages) == 1 and len(pdf(flat).pages) == 2
    assert "thank you." in words(folded) and "Thank you" in words(folded)
    assert words(flat).endswith("Dear Dr Okafor,")
    assert [round(float(side)) for side in pdf(flat).pages[0].mediabox[2:]] == [420, 298], "A6"


@pytest.mark.parametrize("body", [{"fold": "round"}, {"fold": "flat", "words": "x" * 1201}, {}])
def test_a_card_that_cannot_be_is_refused_in_words(okafor, desk, body):
    assert desk.post(reverse("print:thanks_card", args=[okafor.pk]), body).status_code == 409


def test_the_page_for_thanks_offers_words_and_shows_the_address(okafor, desk):
    page = printed(desk, "thanks", okafor.pk).content.decode()
    assert "Dear Dr Okafor," in page and "1 High Street" in page
    Partner.objects.update(address="", postcode="")
    assert "No address is known" in printed(desk, "thanks", okafor.pk).content.decode()


def test_the_task_to_write_a_card_leads_to_the_printed_one(okafor, alice, desk):
    task = Task.objects.create(
        kind=TaskKind.THANK_CARD, title="Write a card", partner=okafor, due_on=alice.practice.today()
    )
    page = desk.get(reverse("outreach:task", args=[task.pk])).content.decode()
    assert reverse("print:thanks", args=[okafor.pk]) in page


@pytest.mark.parametrize(
    "country, size, points",
    [
        ("GB", "c6", (459, 323)),
        ("DE", "dl", (624, 312)),
        ("US", "a2", (414, 315)),
        ("US", "no10", (684, 297)),
    ],
)
def test_an_envelope_has_both_addresses_and_its_size(okafor, riverside, desk, country, size, points):
    Location.objects.update(address="12 Main Street\nLondon", postcode="SE1 4AB")
    type(riverside).objects.filter(pk=riverside.pk).update(country=country)
    response = printed(desk, "envelope", okafor.pk, size=size)
    text = words(response)
    assert "Riverside Physio 12 Main Street London" in text
    assert "Dr Adaeze Okafor Northgate Surgery 1 High Street" in text
    assert tuple(round(float(side)) for side in pdf(response).pages[0].mediabox[2:]) == points


def test_the_usual_envelope_is_the_country_s_and_no_other_is_taken(okafor, riverside, desk):
    assert round(float(pdf(printed(desk, "envelope", okafor.pk)).pages[0].mediabox[2])) == 459
    assert printed(desk, "envelope", okafor.pk, size="c99").status_code == 409


def test_labels_are_those_of_the_filters_and_who_has_no_address_is_named(okafor, riverside, desk):
    factories.partner("Dr Nowhere")
    factories.partner("Dr Else", address="9 Elm Road", circle="inner")
    page = printed(desk, "labels").content.decode()
    assert "2 labels" in page and "Dr Nowhere" in page and "Dr Else" not in page
    text = words(printed(desk, "labels_pdf"))
    assert "9 Elm Road" in text and "1 High Street" in text and "Nowhere" not in text
    only = words(printed(desk, "labels_pdf", circle="inner"))
    assert "9 Elm Road" in only and "1 High Street" not in only
    assert "1 High Street" in words(printed(desk, "labels_pdf", partner=okafor.pk))


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_labels_begin_where_the_sheet_is_still_whole(riverside, desk, sheet):
    places = SHEETS[sheet].places
    for number in range(5):
        factories.partner(f"Dr Number {number}", address=f"{number} High Street")
    for start, pages in ((1, 1), (places - 4, 1), (places - 3, 2), (places, 2)):
        found = pdf(printed(desk, "labels_pdf", sheet=sheet, start=start)).pages
        assert len(found) == pages, start
    assert printed(desk, "labels_pdf", sheet=sheet, start=places + 1).status_code == 409


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_the_labels_of_a_sheet_lie_on_its_paper(sheet):
    size, (wide, high) = SHEETS[sheet], {"a4": (210, 297), "us-letter": (215.9, 279.4)}[SHEETS[sheet].paper]
    assert size.left + (size.columns - 1) * size.across + size.width <= wide
    assert size.top + (size.rows - 1) * size.down + size.height <= high


def test_nobody_with_an_address_is_told_in_words(riverside, desk):
    factories.partner("Dr Nowhere")
    assert printed(desk, "labels_pdf").status_code == 409
    assert "No label to print" in printed(desk, "labels").content.decode()
    for key in ("nonsense", str(uuid4())):
        assert printed(desk, "labels_pdf", partner=key).status_code == 409


def test_too_many_labels_are_refused_in_words(okafor, desk, monkeypatch):
    monkeypatch.setattr("referralcrm.front.prints.labels.MOST", 0)
    response = printed(desk, "labels_pdf")
    assert response.status_code == 409 and "Narrow the list" in response.content.decode()


def test_three_hundred_labels_are_set_in_a_short_time(riverside, desk):
    Partner.objects.bulk_create(
        Partner(
            name=f"Dr Number {n} of a fairly long name", address=f"{n} High Street\nSouthwark", postcode="SE1"
        )
        for n in range(300)
    )
    began = time.monotonic()
    response = printed(desk, "labels_pdf", sheet="l7160")
    took = time.monotonic() - began
    print(f"300 labels: {len(response.content) // 1024} KB in {took * 1000:.0f} ms")
    assert len(pdf(response).pages) == 15 and took < 8


@pytest.mark.parametrize(
    "country, lines",
    [
        ("GB", ["1 High Street", "London", "SE1 2BB"]),
        ("US", ["1 High Street", "London SE1 2BB"]),
        ("DE", ["1 High Street", "SE1 2BB London"]),
    ],
)
def test_town_and_postcode_stand_in_the_country_s_order(country, lines):
    assert place_lines("1 High Street\n\n", "SE1 2BB", "London", country=country) == lines


def test_what_the_street_lines_say_already_is_not_said_again():
    typed = "1 High Street\r\nLondon SE1 2BB"
    assert place_lines(typed, "SE1 2BB", "london", country="GB") == ["1 High Street", "London SE1 2BB"]


def test_without_an_address_of_their_own_it_is_that_of_the_office(riverside):
    office = factories.organisation("Northgate Surgery", address="7 Mill Lane")
    partner = factories.partner("Dr Lena Voss", organisation=office)
    assert partner.address_lines(country="GB") == ["Dr Lena Voss", "Northgate Surgery", "7 Mill Lane"]
    assert factories.partner("Dr Nowhere").address_lines(country="GB") == []
