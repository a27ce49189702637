"""What the practice says about itself."""

import pytest
from django.urls import reverse

from referralcrm.audit.models import AuditEvent


@pytest.fixture
def manager(charlie, as_person):
    return as_person(charlie)


def send(manager, **changes):
    body = {
        "version": 1,
        "name": "Riverside Physio",
        "reply_to": "desk@riverside.example",
        "country": "GB",
        "region": "",
        "time_zone": "Europe/London",
        "working_days": ["0", "1", "2"],
        "opens_at": "08:00",
        "closes_at": "18:00",
        "inner_circle_size": 15,
        "calls_before_unreachable": 3,
        "advice_days": 1,
        "advice_urgent_hours": 2,
        "portal_days": 30,
    }
    return manager.post(reverse("practice:practice"), body | changes)


def test_a_change_is_saved_and_noted_by_field(manager, riverside):
    assert send(manager).status_code == 302
    riverside.refresh_from_db()
    assert (riverside.reply_to, riverside.working_days) == ("desk@riverside.example", [0, 1, 2])
    assert AuditEvent.objects.get(verb="changed").changed == ["reply_to", "working_days"]


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"reply_to": '"front-desk"@riverside.example'}, "without quotation marks"),
        ({"region": "Atlantis"}, "Choose one of"),
        ({"opens_at": "19:00"}, "You close after you open."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_saved(manager, riverside, changes, told):
    answer = send(manager, **changes)
    assert answer.status_code == 200 and told in answer.content.decode()
    riverside.refresh_from_db()
    assert (riverside.version, riverside.reply_to) == (1, "")


def test_the_second_of_two_who_save_is_told(manager, riverside):
    send(manager)
    answer = send(manager, name="Riverside Clinic")
    assert "Somebody else saved this" in answer.content.decode()
    riverside.refresh_from_db()
    assert riverside.name == "Riverside Physio"


def test_nobody_turns_a_practice_into_a_demo_by_a_field(manager, riverside):
    send(manager, is_demo="on")
    riverside.refresh_from_db()
    assert riverside.version == 2 and riverside.is_demo is False
