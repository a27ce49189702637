from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from partners.models import Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import Patient, Referral
from referrals.states import Journey, Source
from tests import factories
from tests.referrals.conftest import TUESDAY

NEW = reverse("referrals:create")


@pytest.fixture
def desk(alice, as_person):
    """Alice's browser."""
    return as_person(alice)


def typed(**fields):
    """What a person types at least: a partner and a patient."""
    return {
        "direction": "received",
        "partner_text": "Dr Adaeze Okafor",
        "patient_name": "Ruth Adler",
        "born": "1980-05-17",
        "happened_on": TUESDAY.isoformat(),
    } | fields


def send(desk, **fields):
    return desk.post(NEW, typed(**fields))


def page(response):
    assert response.status_code == 200, response
    return response.content.decode()


def test_a_partner_and_a_patient_are_enough(desk, okafor, alice):
    response = send(desk)
    referral = Referral.objects.get()
    assert response["Location"] == reverse("referrals:detail", args=[referral.pk])
    assert (referral.partner, referral.happened_on, referral.source) == (okafor, TUESDAY, Source.PARTNER)
    assert (referral.patient.name, referral.patient.birth_date) == ("Ruth Adler", "1980-05-17")
    assert referral.entered_by == alice


def test_a_sent_one_takes_what_the_partner_does(desk, okafor):
    send(desk, direction="sent")
    referral = Referral.objects.get()
    assert (referral.direction, referral.discipline) == ("sent", okafor.discipline)


def test_the_form_starts_with_today_and_what_was_used_last(desk, okafor, alice):
    clinic, place = Service.objects.create(name="Knee clinic"), Location.objects.create(name="Harbour")
    send(desk, service=clinic.pk, location=place.pk)
    form = desk.get(NEW).context["form"]
    assert form["happened_on"].value() == TUESDAY
    assert (form["service"].value(), form["location"].value()) == (clinic.pk, place.pk)


def test_the_first_form_starts_at_home(riverside, as_person):
    home = Location.objects.create(name="Harbour")
    dana = factories.person("Dana", home_location=home, role=Role.CLINICIAN, sees_patients=True)
    form = as_person(dana).get(NEW).context["form"]
    assert (form["location"].value(), form["clinician"].value()) == (home.pk, dana.pk)


def test_the_only_place_in_use_is_the_one(riverside, as_person):
    Location.objects.all().delete()
    only = Location.objects.create(name="Harbour")
    Location.objects.create(name="Old Town", is_active=False)
    eve = factories.person("Eve", role=Role.STAFF)
    assert as_person(eve).get(NEW).context["form"]["location"].value() == only.pk


def test_of_two_places_none_is_guessed(riverside, as_person):
    Location.objects.all().delete()
    for name in ("Harbour", "Old Town"):
        Location.objects.create(name=name)
    eve = factories.person("Eve", role=Role.STAFF)
    assert as_person(eve).get(NEW).context["form"]["location"].value() is None


def test_save_and_next_keeps_direction_date_and_place(desk, okafor):
    place, day = Location.objects.get(), TUESDAY - timedelta(days=3)
    response = send(desk, direction="sent", location=place.pk, happened_on=day.isoformat(), then="next")
    form = desk.get(response["Location"]).context["form"]
    assert form.direction == "sent"
    assert (form["happened_on"].value(), form["location"].value()) == (day, place.pk)
    assert not form["partner_text"].value() and not form["patient_name"].value()
    assert "Adler" not in response["Location"]


def test_save_and_next_keeps_the_partner_on_request(desk, okafor):
    response = send(desk, then="next", keep_partner="on")
    form = desk.get(response["Location"]).context["form"]
    assert (form["partner_text"].value(), form["partner"].value()) == (okafor.name, str(okafor.pk))
    assert form["keep_partner"].value()
    assert form.fields["patient_name"].widget.attrs["autofocus"]


@pytest.mark.parametrize(
    "query", ["?on=nonsense", "?on=9999-99-99", "?location=x", "?partner=x", "?direction=up"]
)
def test_a_link_that_presets_nonsense_opens_the_plain_form(query, desk):
    assert desk.get(NEW + query).context["form"]["happened_on"].value() == TUESDAY


def test_a_double_submit_makes_one(desk, okafor):
    key = str(uuid4())
    first, second = (send(desk, once=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Referral.objects.count() == 1


# Who sent the patient


def test_the_choice_of_the_type_ahead_counts(desk, okafor):
    other = factories.partner("Dr Adaeze Okafor")
    send(desk, partner=other.pk)
    assert Referral.objects.get().partner == other


def test_a_choice_that_the_text_no_longer_says_does_not_count(desk, okafor):
    lind = factories.partner("Dr Lind")
    send(desk, partner=lind.pk)
    assert Referral.objects.get().partner == okafor


@pytest.mark.parametrize("text", ["okafor", "DR ADAEZE OKAFOR", "  dr adaeze   okafor ", "adaeze"])
def test_text_that_fits_one_partner_is_that_partner(text, desk, okafor):
    factories.partner("Dr Lind")
    send(desk, partner_text=text)
    assert Referral.objects.get().partner == okafor


def test_text_that_fits_several_is_asked_about_and_the_answer_counts(desk, okafor):
    dental = factories.partner("Okafor & Lind Dental")
    response = send(desk, partner_text="okafor")
    html = page(response)
    assert not Referral.objects.exists()
    for words in (
        f'value="{okafor.pk}"',
        f'value="{dental.pk}"',
        "Add “okafor” as a new partner",
        "Ruth Adler",
    ):
        assert words in html
    send(desk, partner_text="okafor", partner_asked="okafor", partner=dental.pk)
    assert Referral.objects.get().partner == dental


def test_text_that_fits_nobody_offers_to_add(desk):
    html = page(send(desk, partner_text="Dr Nobody"))
    assert "Add “Dr Nobody” as a new partner" in html
    send(
        desk,
        partner_text="Dr Nobody",
        partner="new",
        new_email="nobody@office.example",
        new_phone="020 7946 0958",
    )
    partner = Referral.objects.get().partner
    assert (partner.name, partner.email, partner.phone) == (
        "Dr Nobody",
        "nobody@office.example",
        "+44 20 7946 0958",
    )


def test_a_near_spelling_is_asked_about_and_never_taken(desk, okafor):
    html = page(send(desk, partner_text="Okafur"))
    assert not Referral.objects.exists()
    assert "Which one?" in html


def test_a_new_partner_is_not_kept_when_the_referral_is_refused(desk, kim):
    page(send(desk, partner_text="Dr New", partner="new", record_number="20417"))
    assert not Partner.objects.exists() and not Referral.objects.exists()


@pytest.mark.parametrize("source", [Source.SELF, Source.UNKNOWN])
def test_another_source_is_chosen_in_the_box_or_beside_it(source, desk):
    send(desk, partner_text="the patient came alone", partner=source)
    send(desk, partner_text="", source=source, patient_name="Max Frei")
    assert [referral.source for referral in Referral.objects.all()] == [source, source]


def test_a_partner_and_another_source_is_one_too_many(desk, okafor):
    response = send(desk, source="self")
    assert "either a partner or another source" in page(response)
    assert not Referral.objects.exists()


def test_a_patient_is_not_sent_to_nobody(desk):
    assert "Type to whom" in page(
        send(desk, direction="sent", partner_text="", source="self", partner="self")
    )
    assert not Referral.objects.exists()


# Which patient


def test_a_known_patient_is_not_made_twice(desk, okafor, kim):
    send(desk, patient_name="Moreau, Kim", born="1971-03-08")
    send(desk, patient_name="", born="", record_number="20417", matter="new")
    assert [referral.patient for referral in Referral.objects.all()] == [kim, kim]


def test_an_open_referral_is_asked_about_once(desk, okafor, kim, alice):
    lind = factories.partner("Dr Lind")
    first = factories.referral(partner=lind, patient=kim, reason="ankle")
    asked = {"patient_name": "Kim Moreau", "born": "1971-03-08"}
    html = page(send(desk, **asked))
    assert "The same matter, or a new one?" in html and "“ankle”, Dr Lind" in html
    send(desk, **asked, matter=first.pk)
    second = Referral.objects.exclude(pk=first.pk).get()
    assert second.matter == first.pk
    send(desk, **asked, matter="new")
    assert Referral.objects.latest("entered_at", "id").matter not in {first.pk}


def test_a_closed_referral_is_not_asked_about(desk, okafor, kim):
    factories.referral(partner=okafor, patient=kim, journey=Journey.COMPLETED)
    send(desk, patient_name="Kim Moreau", born="1971-03-08")
    assert Referral.objects.count() == 2


def test_a_patient_without_a_word_is_refused(desk, okafor):
    html = page(send(desk, patient_name="", born=""))
    assert "name or record number" in html
    assert not Patient.objects.exists()


# What is shown while typing


def look(desk, **fields):
    return page(desk.post(reverse("referrals:look"), typed(**fields)))


def test_looking_shows_a_known_patient_and_leaves_one_audit_row(desk, okafor, kim):
    factories.referral(partner=okafor, patient=kim, reason="ankle", happened_on=TUESDAY - timedelta(days=40))
    html = look(desk, patient_name="", born="", record_number="20417")
    assert "record 20417" in html and "“ankle”, Dr Adaeze Okafor" in html
    assert "invalid" not in html, "nothing is wrong yet while typing"
    assert AuditEvent.objects.get(verb="read").subjects == [str(kim.pk)]


def test_looking_for_somebody_new_says_nothing(desk, okafor):
    assert look(desk).strip() == ""


def test_looking_warns_of_the_same_partner_and_patient_within_a_fortnight(desk, okafor, kim):
    asked = {"patient_name": "Kim Moreau", "born": "1971-03-08"}
    factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=15))
    assert "Perhaps this is logged already" not in look(desk, **asked)
    factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=14))
    assert "Perhaps this is logged already" in look(desk, **asked)
    assert "Perhaps this is logged already" not in look(desk, **asked, direction="sent")
    send(desk, **asked, matter="new")
    assert Referral.objects.count() == 3, "the warning never blocks"


def test_the_switch_keeps_the_typing(desk):
    html = page(
        desk.post(
            reverse("referrals:shape"),
            typed(direction="sent", reason="Sore knee", born="1980-05-17", partner_text="oka"),
            headers={"HX-Request": "true"},
        )
    )
    for words in ("Sore knee", "1980-05-17", 'value="oka"', "Sent on", "Went by"):
        assert words in html
    assert "is-invalid" not in html and "<html" not in html and "Back with the referrer" not in html
    assert "<html" in page(desk.post(reverse("referrals:shape"), typed()))


def test_the_type_ahead_offers_partners_with_their_last_one_and_other_sources(desk, okafor, kim):
    factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=21))
    factories.partner("Okafor & Lind Dental")
    html = page(desk.get(reverse("referrals:options"), {"q": "okaf"}))
    for words in (
        "Dr Adaeze Okafor",
        "Okafor &amp; Lind Dental",
        "3 weeks ago",
        "never",
        'data-value="unknown"',
    ):
        assert words in html
    assert 'data-value="unknown"' not in page(
        desk.get(reverse("referrals:options"), {"q": "okaf", "direction": "sent"})
    )


# Bad input


NASTY = [
    "Null",
    "O'Brien",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "مريم",
    "\u202eevil",
    "e\u0301 👩‍⚕️",
    "{{ 7|add:7 }}",
]


@pytest.mark.parametrize("text", NASTY)
def test_words_of_every_kind_come_back_exactly(text, desk, okafor):
    response = send(desk, patient_name=text, reason=text, source_name="")
    referral = Referral.objects.get()
    assert (referral.patient.name, referral.reason) == (text, text)
    html = page(desk.get(response["Location"]))
    assert "<script>alert(1)" not in html


@pytest.mark.parametrize(
    "name",
    ["partner_text", "patient_name", "record_number", "reason", "source_name", "new_email", "new_phone"],
)
@pytest.mark.parametrize("text", ["a\0b", "x" * 1_000_000], ids=["nul", "1 MB"])
def test_what_cannot_be_kept_is_an_error_at_its_field_and_the_typing_stays(name, text, desk, okafor):
    extra = {"partner": "new", "partner_text": "Dr New"} if name.startswith("new_") else {}
    response = send(desk, **(extra | {name: text}))
    assert response.status_code == 200
    assert response.context["form"].errors.keys() >= {name}
    assert "Ruth Adler" in page(response) or name == "patient_name"
    assert not Referral.objects.exists()


@pytest.mark.parametrize("name", ["born", "happened_on", "next_visit_on"])
@pytest.mark.parametrize(
    "text", ["1899-12-31", "9999-99-99", "9999-12-31", "2026-02-30", "soon", "0000-00-00", "a\0b"]
)
def test_an_impossible_day_is_an_error_at_its_field(name, text, desk, okafor):
    response = send(desk, **{name: text})
    assert response.status_code == 200
    assert name in response.context["form"].errors
    assert "Ruth Adler" in page(response)
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    "name", ["direction", "source", "channel", "urgency", "matter", "service", "clinician", "location"]
)
@pytest.mark.parametrize("text", ["nonsense", "a\0b", "0" * 5000, "0f779660-eb93-4524-b6bb-27540ff86ac4"])
def test_a_choice_that_is_not_offered_is_an_error(name, text, desk, okafor, kim):
    response = send(desk, patient_name="Kim Moreau", born="1971-03-08", **{name: text})
    assert response.status_code == 200
    assert name in response.context["form"].errors
    assert not Referral.objects.exists()


def test_another_practices_rows_are_not_found(desk, northgate, okafor, kim):
    with enter(northgate):
        person = factories.person("Eve", practice=northgate, sees_patients=True)
        theirs = {
            "service": Service.objects.first(),
            "location": Location.objects.first(),
            "clinician": person,
            "matter": factories.referral(),
        }
        partner = factories.partner("Dr Theirs")
    for name, row in theirs.items():
        response = send(desk, patient_name="Kim Moreau", born="1971-03-08", **{name: row.pk})
        assert name in response.context["form"].errors, name
    html = page(send(desk, partner_text="Dr Theirs", partner=partner.pk))
    assert "Add “Dr Theirs” as a new partner" in html
    assert not Referral.objects.exists()


def test_forged_fields_are_ignored(desk, okafor, northgate):
    send(
        desk, practice=northgate.pk, journey="completed", version=9, matter="", entered_by=uuid4(), id=uuid4()
    )
    referral = Referral.objects.get()
    assert (referral.journey, referral.version) == (Journey.REQUESTED, 1)
    assert referral.practice_id != northgate.pk
