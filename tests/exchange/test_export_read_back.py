"""What was taken out whole says what it said, when an import reads it."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest

from partners.models import Contact, Partner
from referralcrm.exchange.columns import SHEETS, Reader, guess
from referralcrm.exchange.tables import open_table
from referralcrm.practice.models import Plan
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.hostile import NAMES, TEXTS
from tests.exchange.taking_out import file_of, taken_out


def read_back(content, sheet, *, name="x.csv", country="GB", today=None):
    """The rows of a file of ours as an import understands them, without any problem."""
    table = open_table(io.BytesIO(content), name=name)
    mapping = guess(SHEETS[sheet], table.header, table.sample(20))
    today = today or datetime.now(UTC).date() + timedelta(days=1)
    reader = Reader(SHEETS[sheet], mapping, country=country, today=today, header=table.header)
    found = [reader.read(cells) for _, cells in table.rows()]
    assert [row.problems for row in found if row.problems] == []
    return [row.values for row in found]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_hostile_names_come_back_exactly(fresh, ending):
    with enter(fresh):
        for number, name in enumerate(NAMES):
            notes = TEXTS[number % len(TEXTS)]
            partner = factories.partner(name, salutation=name[:80], tags=[name[:40]], notes=notes)
            Contact.objects.create(partner=partner, name=name, note=TEXTS[-1 - number % 9])
        made = {str(row.pk): row for row in Partner.objects.all()}
        contacts = {str(row.pk): row for row in Contact.objects.select_related("partner")}
    found = read_back(
        file_of(fresh, taken_out(fresh, "partners", by=fresh.charlie), ending), "partners", name=f"x.{ending}"
    )
    assert len(found) == len(NAMES) > 200
    for values in found:
        row = made[values["id"]]
        assert (values["name"], values["salutation"]) == (row.name, row.salutation)
        assert (values["notes"], values["tags"]) == (row.notes, row.tags)
    found = read_back(
        file_of(fresh, taken_out(fresh, "contacts", by=fresh.charlie), ending), "contacts", name=f"x.{ending}"
    )
    for values in found:
        row = contacts[values["id"]]
        assert (values["name"], values["partner"]) == (row.name, row.partner.name)


def test_every_field_of_a_partner_is_understood_again(fresh):
    with enter(fresh):
        office = factories.organisation("Northgate, Surgery")
        plan = Plan.objects.create(name="Blue, Inc.")
        partner = factories.partner(
            "Dr Adaeze Okafor",
            organisation=office,
            discipline=factories.discipline(),
            phone="+44 20 7946 0958",
            fax="+44 20 7946 0959 x12",
            address="1 Mill Lane\r\nNorthgate",
            postcode="SE1 7PB",
            time_zone="Europe/London",
            owner=fresh.charlie,
            special_interests=["knees", "hips; both"],
            telehealth=True,
            preferred_channel="card",
            kind="advice",
            circle="light",
            identifier="1234567890",
            next_step="Call",
            next_step_on=fresh.today() + timedelta(days=30),
            email_opted_out_at=datetime(2026, 3, 8, 9, 30, 1, 123456, tzinfo=UTC),
            stage="ended",
            ending="retired",
            ended_on=date(2026, 3, 8),
        )
        partner.plans.add(plan, through_defaults={})
    export = taken_out(fresh, "partners", by=fresh.charlie, query="ended=also")
    (values,) = read_back(file_of(fresh, export), "partners")
    for key, value in values.items():
        match key:
            case "discipline" | "organisation":
                assert value == getattr(partner, key).name
            case "owner":
                assert value == fresh.charlie.email
            case "backup":
                assert value == ""
            case "plans":
                assert value == [plan.name]
            case "id":
                assert value == str(partner.pk)
            case _:
                assert value == getattr(partner, key), key


def test_every_field_of_a_referral_is_understood_again(fresh):
    with enter(fresh):
        partner = factories.partner(organisation=factories.organisation())
        patient = factories.patient("van der Berg, Kim", record="007")
        referral = factories.referral(
            partner=partner,
            patient=patient,
            organisation=partner.organisation,
            reason="=1+1\r\nsecond line",
            urgency="asap",
            channel="in_person",
            journey="in_care",
            happened_on=date(2026, 3, 8),
            accepted_on=date(2026, 3, 9),
            attended_on=date(2026, 3, 10),
            in_care_on=date(2026, 3, 11),
            next_visit_on=fresh.today() + timedelta(days=3),
        )
    export = taken_out(fresh, "referrals", by=fresh.charlie, has_names=True)
    (values,) = read_back(file_of(fresh, export), "referrals")
    said = {key: values[key] for key in ("patient_name", "record_number", "patient_born", "reason")}
    assert said == {
        "patient_name": "van der Berg, Kim",
        "record_number": "007",
        "patient_born": date(1971, 3, 8),
        "reason": "=1+1\r\nsecond line",
    }
    assert (values["partner"], values["partner_id"]) == (partner.name, str(partner.pk))
    assert (values["organisation"], values["id"]) == (partner.organisation.name, str(referral.pk))
    plain = ("direction", "source", "urgency", "channel", "journey", "happened_on", "accepted_on")
    for key in (*plain, "scheduled_on", "attended_on", "in_care_on", "next_visit_on", "entered_at"):
        assert values[key] == getattr(referral, key), key
