"""A practice keeps the holidays of where most people of its country live, until it says otherwise."""

from datetime import date

import pytest
from django.urls import reverse

from referralcrm.practice import countries
from referralcrm.practice.actions import found
from referralcrm.practice.calendar import Calendar, public_holidays
from referralcrm.practice.scope import enter

PAGE = reverse("practice:practice")
EASTER_MONDAY = date(2026, 4, 6)


def typed(practice, **changed):
    fields = ("name", "reply_to", "country", "region", "time_zone", "working_days")
    fields += ("inner_circle_size", "calls_before_unreachable", "advice_days", "advice_urgent_hours")
    fields += ("portal_days",)
    standing = {name: getattr(practice, name) for name in fields}
    return standing | {"opens_at": "08:00", "closes_at": "18:00", "version": practice.version} | changed


def saved(client, practice, **changed):
    response = client.post(PAGE, typed(practice, **changed))
    practice.refresh_from_db()
    return response.status_code == 302 and (practice.country, practice.region)


@pytest.mark.parametrize("country, region", countries.USUAL_REGIONS.items())
def test_a_usual_region_is_one_and_has_days_the_country_lacks(country, region):
    assert region in countries.regions(country)
    assert set(public_holidays(country, region, 2026)) > set(public_holidays(country, "", 2026))


@pytest.mark.parametrize(
    "fields, region",
    [({}, "ENG"), ({"region": "SCT"}, "SCT"), ({"country": "US"}, ""), ({"country": "AU"}, "NSW")],
)
def test_a_new_practice_has_the_usual_region_unless_told(db, fields, region):
    founder = found(
        name="Hilltop", email="dora@hilltop.example", manager_name="Dora Diaz", password="x", **fields
    )
    assert founder.practice.region == region


def test_no_mail_leaves_a_new_practice_on_easter_monday(db):
    founder = found(name="Hilltop", email="dora@hilltop.example", manager_name="Dora Diaz", password="x")
    with enter(founder.practice):
        assert Calendar(founder.practice).holiday(EASTER_MONDAY) == "Easter Monday"


def test_the_settings_propose_the_usual_region_and_keep_another_choice(riverside, as_person, charlie):
    client = as_person(charlie)
    assert 'value="ENG"' in client.get(PAGE).content.decode()
    assert saved(client, riverside, region="sct") == ("GB", "SCT")
    assert 'value="SCT"' in client.get(PAGE).content.decode()
    assert saved(client, riverside, region="") == ("GB", "")


def test_another_country_brings_its_usual_region(riverside, as_person, charlie):
    client = as_person(charlie)
    saved(client, riverside, region="ENG")
    assert saved(client, riverside, country="AU") == ("AU", "NSW")
    assert saved(client, riverside, country="IE") == ("IE", "")
    assert saved(client, riverside, country="CA", region="QC") == ("CA", "QC")


def test_a_region_of_another_country_is_explained(riverside, as_person, charlie):
    page = as_person(charlie).post(PAGE, typed(riverside, country="GB", region="NSW")).content.decode()
    assert "Choose one of: ENG, NIR, SCT, WLS." in page and 'value="NSW"' in page
