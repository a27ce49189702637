"""The trash: out of sight at once, back within 30 days, no mail in between."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.models import Message, Rule
from outreach.states import MessageState, RuleKind
from partners import actions
from partners.models import Affiliation, Contact, Organisation, Partner
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from tests import factories


@pytest.fixture
def okafor(riverside, alice):
    return actions.create(name="Dr Okafor", email="okafor@x.example", office="Northgate", by=alice)


def post(client, name, row):
    return client.post(reverse(f"partners:{name}", args=[row.pk]), follow=True)


def test_a_deleted_partner_is_out_of_sight_and_back_by_undo(okafor, alice, as_person):
    client = as_person(alice)
    page = post(client, "delete", okafor).content.decode()
    assert f'action="{trash.undo(okafor)}"' in page
    assert not Partner.objects.kept().exists()
    assert "Dr Okafor" in client.get(reverse("trash:index")).content.decode()
    client.post(trash.undo(okafor))
    assert Partner.objects.kept().get() == okafor


def test_their_referrals_stay_and_mail_that_waits_stops(riverside, okafor, alice):
    referral = factories.referral(partner=okafor)
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    message = Message.objects.create(partner=okafor, rule=rule, due_at=riverside.now())
    actions.delete(okafor, by=alice)
    referral.refresh_from_db()
    message.refresh_from_db()
    assert referral.partner_id == okafor.pk
    assert message.state != MessageState.PENDING


def test_after_30_days_there_is_no_way_back(okafor, alice, as_person):
    actions.delete(okafor, by=alice)
    Partner.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Refused, match="more than 30 days"):
        actions.restore(okafor, by=alice)
    client = as_person(alice)
    assert "Dr Okafor" not in client.get(reverse("trash:index")).content.decode()
    assert "more than 30 days ago" in client.post(trash.undo(okafor), follow=True).content.decode()


def test_a_contact_and_an_office_go_and_come_back(okafor, alice, as_person):
    client = as_person(alice)
    marta = actions.create_contact(okafor, name="Marta", by=alice)
    office = Affiliation.objects.get()
    for row, kind in ((marta, "contact"), (office, "affiliation")):
        post(client, f"delete_{kind}", row)
        assert not type(row).objects.kept().exists()
        assert (marta.name if row == marta else "Northgate") in client.get(
            reverse("trash:index")
        ).content.decode()
        client.post(trash.undo(row))
        assert type(row).objects.kept().get() == row


def test_an_organisation_where_partners_work_is_not_deleted(okafor, alice, as_person):
    organisation = Organisation.objects.get()
    response = post(as_person(alice), "delete_organisation", organisation)
    assert response.status_code == 409
    assert "Partners work at Northgate" in response.content.decode()
    actions.delete(okafor, by=alice)
    actions.delete_organisation(organisation, by=alice)
    assert not Organisation.objects.kept().exists()


def test_an_empty_trash_says_so(alice, as_person):
    assert "The trash is empty" in as_person(alice).get(reverse("trash:index")).content.decode()


def test_contacts_keep_their_own_versions(okafor, alice, bob, as_person):
    marta = actions.create_contact(okafor, name="Marta", by=alice)
    actions.update_contact(marta, version=1, name="Marta Silva", by=bob)
    address = reverse("partners:update_contact", args=[marta.pk])
    page = as_person(alice).post(address, {"version": 1, "name": "Martha", "role": "other"}).content.decode()
    assert "It now says: Marta Silva" in page
    assert "It now says: receptionist" in page
    assert Contact.objects.get().name == "Marta Silva"
