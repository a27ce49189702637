"""What was taken out comes in again as it was; in the same practice it adds nothing."""

import csv
import io
from datetime import timedelta

import pytest

from partners.models import Contact, Partner
from referralcrm.exchange.intake import work as working
from referralcrm.exchange.states import State
from referralcrm.practice.models import Location, Plan
from referralcrm.practice.scope import enter
from referrals.actions import move, receive
from referrals.actions.matters import join
from referrals.models import Referral
from tests import factories
from tests.exchange.bringing import a_clinic, brought_in, undone
from tests.exchange.hostile import NAMES, TEXTS
from tests.exchange.taking_out import file_of, taken_out

OURS = {
    "id",
    "partner id",
    "matter",
    "entered at",
    "looked after by",
    "backup",
}  # what another practice has its own of


@pytest.fixture
def here(committed):
    return a_clinic()


@pytest.fixture
def there(committed):
    return a_clinic("Northgate Dental")


def file_from(practice, kind, ending="csv", **options):
    return file_of(practice, taken_out(practice, kind, by=practice.charlie, **options), ending)


def cells_of(content):
    """The rows of a file without the keys and people that belong to one practice, in some order."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return sorted(tuple(cell for name, cell in row.items() if name not in OURS) for row in rows)


def some_partners():
    office = factories.organisation("Northgate, Surgery & Sons")
    for number, name in enumerate(NAMES):
        notes = TEXTS[number % len(TEXTS)]
        factories.partner(
            name, salutation=name[:80], goal=name, notes=notes, email=f"p{number}@office.example"
        )
    partner = factories.partner(
        "Dr Adaeze Okafor",
        organisation=office,
        discipline=factories.discipline(),
        phone="+44 20 7946 0958",
        tags=["spine", "knee, left"],
        telehealth=True,
        circle="light",
        kind="advice",
        preferred_channel="card",
        identifier="1234567893",
    )
    partner.plans.add(Plan.objects.create(name="Blue, Inc."), through_defaults={})


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_partners_come_in_as_they_went_out(here, there, ending):
    with enter(here):
        some_partners()
    with enter(there):
        Plan.objects.create(name="Blue, Inc.")
    run = brought_in(there, file_from(here, "partners", ending))
    assert (run.state, run.bad, run.made) == (State.DONE, 0, len(NAMES) + 1)
    assert cells_of(file_from(there, "partners")) == cells_of(file_from(here, "partners"))


def test_the_same_practice_gains_no_partner_from_its_own_file(here):
    with enter(here):
        some_partners()
        before = Partner.objects.count()
    run = brought_in(here, file_from(here, "partners"))
    with enter(here):
        assert (run.made, run.bad, Partner.objects.count()) == (0, 0, before)


def test_contacts_come_in_as_they_went_out(here, there):
    for practice in (here, there):
        with enter(practice):
            partner = factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
    with enter(here):
        partner = Partner.objects.get()
        for name in NAMES[:40]:
            Contact.objects.create(partner=partner, name=name, role="manager", note=name)
    content = file_from(here, "contacts")
    run = brought_in(there, content, "contacts")
    assert (run.bad, run.made) == (0, 40)
    assert cells_of(file_from(there, "contacts")) == cells_of(content)
    assert brought_in(here, content, "contacts").made == 0


def test_referrals_come_in_as_they_went_out(here, there):
    for practice in (here, there):
        with enter(practice):
            factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
    with enter(here):
        partner, today = Partner.objects.get(), here.today()
        for number, name in enumerate(("O'Brien", "van der Berg, Kim", "=1+1 Null", "李 偉")):
            referral = receive(
                by=here.charlie,
                partner=partner,
                patient=factories.patient(name, record=f"00{number}"),
                reason="=1+1\r\nsecond line",
                happened_on=today - timedelta(days=200),
                location=Location.objects.get(),
                urgency="urgent",
                channel="fax",
            )
            move(referral, "attend", by=here.charlie, on=today - timedelta(days=number + 1))
    content = file_from(here, "referrals", has_names=True)
    run = brought_in(there, content, "referrals")
    assert (run.bad, run.made) == (0, 4)
    back = cells_of(file_from(there, "referrals", has_names=True))
    assert back == cells_of(content)
    with enter(here):
        before = Referral.objects.count()
    assert brought_in(here, content, "referrals").made == 0
    with enter(here):
        assert Referral.objects.count() == before


def matters_of(practice):
    """The matters as sets of (record number, day), and those that stand for them."""
    with enter(practice):
        said, alone = {}, set()
        for row in Referral.objects.kept().select_related("patient"):
            line = (row.patient.record_number, row.happened_on)
            said.setdefault(row.matter, set()).add(line)
            alone |= {line} if row.pk == row.matter else set()
    return {frozenset(lines) for lines in said.values()}, alone


def some_matters(practice):
    """Two referrers of one matter, a third matter of that patient, and somebody else's."""
    okafor, voss = (Partner.objects.get(name=name) for name in ("Dr Adaeze Okafor", "Lena Voss"))
    kim, ruth = factories.patient("Kim Moreau", record="1"), factories.patient("Ruth Adler", record="2")
    today = practice.today()
    came = [(kim, okafor, 9), (kim, voss, 5), (kim, okafor, 3), (ruth, voss, 9), (ruth, okafor, 2)]
    made = [
        receive(by=practice.charlie, patient=who, partner=partner, happened_on=today - timedelta(days=days))
        for who, partner, days in came
    ]
    join(made[1], made[0])
    join(made[4], made[3])


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("rows_a_step", [1, 1_000])
def test_a_patient_counts_once_for_a_matter_there_as_well(here, there, monkeypatch, is_turned, rows_a_step):
    """Whatever order the lines come in, and in however many steps; the same file again changes nothing."""
    monkeypatch.setattr(working, "CHUNK", rows_a_step)
    for practice in (here, there):
        with enter(practice):
            factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
            factories.partner("Lena Voss", email="voss@office.example")
    with enter(here):
        some_matters(here)
    header, *lines = (
        file_from(here, "referrals", has_names=True).decode("utf-8-sig").splitlines(keepends=True)
    )
    content = "".join([header, *(reversed(lines) if is_turned else lines)])
    run = brought_in(there, content, "referrals")
    assert (run.bad, run.made) == (0, 5)
    (together, standing), (ours, first) = matters_of(there), matters_of(here)
    assert together == ours and len(ours) == 3
    assert len(standing) == 3 and (is_turned or standing == first)
    assert brought_in(here, content, "referrals").made == 0
    assert matters_of(here) == (ours, first)
    undone(there, run)
    assert matters_of(there) == (set(), set())


def test_a_matter_that_two_patients_share_in_a_file_is_not_believed(here, there):
    for practice in (here, there):
        with enter(practice):
            factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
            factories.partner("Lena Voss", email="voss@office.example")
    with enter(here):
        some_matters(here)
        one = str(Referral.objects.order_by("pk").first().pk)
    rows = list(csv.DictReader(io.StringIO(file_from(here, "referrals", has_names=True).decode("utf-8-sig"))))
    out = io.StringIO()
    write = csv.DictWriter(out, rows[0])
    write.writeheader()
    write.writerows(row | {"matter": one} for row in rows)
    assert brought_in(there, out.getvalue(), "referrals").made == 5
    together, _ = matters_of(there)
    assert all(len({record for record, _ in lines}) == 1 for lines in together)
