"""Where partners work, from and to, and who else answers there."""

from datetime import timedelta

from django.urls import reverse

from partners import actions
from partners.models import Affiliation, Contact, Organisation, Partner
from tests import factories


def test_a_second_office_stands_beside_the_main_one(alice, as_person):
    partner = actions.create(name="Dr Lind", office="Northgate", by=alice)
    address = reverse("partners:affiliate", args=[partner.pk])
    as_person(alice).post(address, {"office": "Harbour", "position": "Locum", "since": "2025-01-01"})
    partner.refresh_from_db()
    assert partner.organisation.name == "Northgate"
    assert Affiliation.objects.get(organisation__name="Harbour").position == "Locum"


def test_the_first_office_noted_becomes_the_main_one(alice):
    partner = actions.create(name="Dr Lind", by=alice)
    actions.affiliate(partner, office="Harbour", by=alice)
    partner.refresh_from_db()
    assert partner.organisation.name == "Harbour"


def test_when_the_main_office_ends_another_open_one_takes_its_place(riverside, alice):
    partner = actions.create(name="Dr Lind", office="Northgate", by=alice)
    actions.affiliate(partner, office="Harbour", by=alice)
    main = Affiliation.objects.get(organisation__name="Northgate")
    yesterday = riverside.today() - timedelta(days=1)
    actions.update_affiliation(main, office="Northgate", until=yesterday, version=1, by=alice)
    partner.refresh_from_db()
    assert partner.organisation.name == "Harbour"


def test_an_office_that_ends_before_it_starts_is_explained(alice, as_person):
    partner = actions.create(name="Dr Lind", by=alice)
    address = reverse("partners:affiliate", args=[partner.pk])
    typed = {"office": "Harbour", "since": "2026-02-01", "until": "2026-01-01"}
    assert "It ends before it starts" in as_person(alice).post(address, typed).content.decode()
    assert not Affiliation.objects.exists()


def test_a_contact_at_the_office_has_a_role_and_a_number_that_can_be_dialled(alice, as_person):
    partner = factories.partner()
    address = reverse("partners:create_contact", args=[partner.pk])
    as_person(alice).post(address, {"name": "Marta", "role": "coordinator", "phone": "020 7946 0958"})
    contact = Contact.objects.get()
    assert (contact.role, contact.phone) == ("coordinator", "+44 20 7946 0958")


def test_an_organisation_is_added_changed_and_shown_with_its_people(alice, as_person):
    client = as_person(alice)
    client.post(
        reverse("partners:create_organisation"), {"name": "Harbour Walk-in", "website": "harbour.example"}
    )
    organisation = Organisation.objects.get()
    assert organisation.website == "https://harbour.example"
    actions.create(name="Dr Lind", office="Harbour Walk-in", by=alice)
    client.post(
        reverse("partners:update_organisation", args=[organisation.pk]),
        {"name": "Harbour Walk-in", "phone": "020 7946 0958", "version": 1},
    )
    page = client.get(reverse("partners:organisation", args=[organisation.pk])).content.decode()
    assert "Dr Lind" in page
    assert "+44 20 7946 0958" in page


def test_the_list_of_organisations_counts_their_partners_in_one_go(
    alice, as_person, django_assert_max_num_queries
):
    for number in range(30):
        actions.create(name=f"Dr {number}", office=f"Office {number:02}", by=alice)
    client = as_person(alice)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("partners:organisations")).context["page"]
    assert [row.partner_count for row in page] == [1] * 25
    assert len(client.get(reverse("partners:organisations"), {"q": "ofice 07"}).context["page"]) >= 1
    assert Partner.objects.count() == 30


def test_the_type_ahead_of_offices_finds_by_name(alice, as_person):
    factories.organisation("Harbour Walk-in", area="Docks")
    address = reverse("partners:organisation_options")
    page = as_person(alice).get(address, {"q": "harb"}).content.decode()
    assert "<b>Harbour Walk-in</b> · Docks" in page
