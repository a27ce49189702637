import pytest
from django.urls import reverse
from django.utils.html import escape

from partners import actions
from partners.models import Affiliation, Organisation, Partner
from partners.states import Circle
from referralcrm.audit.models import AuditEvent
from referralcrm.core.keys import new_id
from referralcrm.core.refused import Refused
from tests import factories

CREATE = {"is_person": "True", "name": "Dr Adaeze Okafor", "kind": "regular", "stage": "met"} | {
    "circle": "network",
    "preferred_channel": "email",
}


def send(client, **fields):
    return client.post(reverse("partners:create"), CREATE | fields)


def test_a_name_is_enough(alice):
    partner = actions.create(name="Lena Voss", by=alice)
    assert (partner.name, partner.is_person, partner.organisation) == ("Lena Voss", True, None)
    assert AuditEvent.objects.filter(verb="added", subjects=[str(partner.pk)], actor_id=alice.pk).exists()


def test_a_partner_is_added_by_the_form(alice, as_person):
    response = send(
        as_person(alice),
        phone="020 7946 0958",
        email="A.Okafor@Northgate.EXAMPLE",
        tags="spine, sport,spine",
    )
    partner = Partner.objects.get()
    assert response.headers["Location"] == reverse("partners:detail", args=[partner.pk])
    assert partner.phone == "+44 20 7946 0958"
    assert partner.email == "A.Okafor@northgate.example"
    assert partner.tags == ["spine", "sport"]


def test_an_office_that_is_typed_is_made_once(alice, as_person):
    client = as_person(alice)
    send(client, office="Northgate Surgery")
    send(client, name="Dr Lind", office="northgate  surgery")
    assert Organisation.objects.get().name == "Northgate Surgery"
    assert Affiliation.objects.filter(organisation__name="Northgate Surgery", until=None).count() == 2


def test_of_two_offices_with_one_name_the_chosen_one_is_taken(alice, as_person):
    factories.organisation("Health Centre", area="North")
    south = factories.organisation("Health Centre", area="South")
    send(as_person(alice), office="Health Centre", office_id=south.pk)
    assert Partner.objects.get().organisation == south


@pytest.mark.parametrize("office_id", ["new", "01a1ff71-840b-71b6-a589-69707d106e43"])
def test_an_office_chosen_as_new_or_gone_is_taken_by_its_name(alice, as_person, office_id):
    send(as_person(alice), office="Harbour", office_id=office_id)
    assert Partner.objects.get().organisation.name == "Harbour"


def test_an_organisation_without_a_person_belongs_to_itself(alice):
    partner = actions.create(name="Harbour Gym", is_person=False, by=alice)
    assert partner.organisation.name == "Harbour Gym"
    assert partner.line == ""


def test_a_double_submit_makes_one_partner(alice, as_person):
    client, key = as_person(alice), str(new_id())
    first, second = send(client, once=key), send(client, once=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert Partner.objects.count() == 1


def test_the_inner_circle_is_capped_with_a_helpful_sentence(riverside, alice, as_person):
    riverside.inner_circle_size = 1
    riverside.save()
    actions.create(name="First", circle=Circle.INNER, by=alice)
    response = send(as_person(alice), circle="inner", notes="kept")
    assert "Move somebody else to the network first" in response.content.decode()
    assert "kept" in response.content.decode()
    assert Partner.objects.count() == 1
    with pytest.raises(Refused):
        actions.create(name="Second", circle=Circle.INNER, by=alice)


@pytest.mark.parametrize(
    "field, typed, said",
    [
        ("phone", "12", "too few digits"),
        ("phone", "call me", "does not look like a phone number"),
        ("email", "nobody@", "valid email"),
        ("name", "\0", "Null characters"),
        ("name", "", "required"),
        ("notes", "x" * 1_000_000, "at most 4000"),
        ("next_step_on", "1899-12-31", "before 1900"),
        ("next_step_on", "2026-02-30", "valid date"),
        ("discipline", "\0", "Null characters"),
        ("owner", "not a key", "not a valid"),
        ("circle", "\0", "valid choice"),
        ("tags", "t" * 41, "longer than 40"),
    ],
)
def test_what_cannot_be_kept_is_explained_with_the_typing_kept(alice, as_person, field, typed, said):
    response = send(as_person(alice), goal="still here", **{field: typed})
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert "still here" in page
    assert not Partner.objects.exists()


NAMES = ["O'Brien", "Null", "👩🏽‍⚕️ Zoë", "د. ليلى", "<b>Ann</b>", "e\u0301", "{{ name }}", "'; --"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_kind_come_back_as_typed(alice, as_person, name):
    client = as_person(alice)
    page = client.get(send(client, name=name).headers["Location"]).content.decode()
    assert Partner.objects.get().name == name
    assert escape(name) in page
