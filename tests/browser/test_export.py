"""Lists going out and outcomes coming in, at a real browser."""

from datetime import timedelta

import pytest

from referralcrm.exchange.outgoing.work import write_exports
from referralcrm.exchange.tables import open_table
from referralcrm.practice.scope import enter
from referrals.models import Referral
from referrals.states import Journey
from tests import factories

NAMES = ["O'Brien", "Null", '=HYPERLINK("x")', "\u202eevil\u202c", "👩🏽‍⚕️ Ann", "<b>bold</b>"]


@pytest.fixture(scope="module")
def booked(clinic):
    with enter(clinic):
        today = clinic.today()
        return [
            factories.referral(
                partner=factories.partner(name),
                patient=factories.patient(f"Kim Number{number}", record=f"20{number}"),
                journey=Journey.SCHEDULED,
                happened_on=today - timedelta(days=30),
                appointment_on=today - timedelta(days=number + 1),
            )
            for number, name in enumerate(NAMES)
        ]


def test_a_list_is_written_while_the_page_waits_and_then_fetched(visit, clinic, booked):
    visitor = visit(clinic.charlie)
    page = visitor.go("/referrals/")
    page.get_by_role("link", name="Export").click()
    page.get_by_role("heading", name="Export: Referrals").wait_for()
    page.get_by_label("To bring in again").check()
    page.get_by_label("With patients’ names").check()
    page.get_by_role("button", name="Write the file").click()
    page.get_by_text("Waiting for its turn.").wait_for()
    visitor.check_every_look("export-waiting")
    page.reload()
    write_exports(clinic)
    page.get_by_role("heading", name="Fetch it").wait_for()
    visitor.check_every_look("export-written")
    for ending, button in (("csv", "CSV"), ("xlsx", "Excel")):
        with page.expect_download() as fetched:
            page.get_by_role("link", name=button, exact=True).click()
        with open(fetched.value.path(), "rb") as file:
            table = open_table(file, name=f"x.{ending}")
            named = {cells[table.header.index("patient")] for _, cells in table.rows()}
        assert named == {f"Kim Number{number}" for number in range(len(NAMES))}
    visitor.go("/exchange/exports/new/referrals/")
    visitor.check_every_look("export-page")
    visitor.go("/exchange/exports/new/touchpoints/")
    visitor.check_every_look("export-contacts")
    visitor.go("/exchange/exports/new/questions/")
    visitor.check_every_look("export-questions")


def test_a_file_answers_who_came(visit, clinic, booked, tmp_path):
    file = tmp_path / "week.csv"
    rows = [("200", "came"), ("201", "no show"), ("202", "rebooked"), ("999", "came"), ("203", "perhaps")]
    days = [referral.appointment_on for referral in booked]
    lines = (f"{record},{day},{said}" for (record, said), day in zip(rows, days, strict=False))
    file.write_text("\n".join(["MRN,Appt date,Status", *lines]))
    visitor = visit(clinic.alice)
    page = visitor.go("/")
    page.get_by_role("link", name="bring its list of who came").click()
    visitor.check_every_look("outcomes-upload")
    page.set_input_files("#id_file", str(file))
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("heading", name="Will be set").wait_for()
    visitor.check_every_look("outcomes-preview")
    page.get_by_role("button", name="Set 3").click()
    page.get_by_text("3 referrals set.").wait_for()
    page.get_by_text("Nothing left to set").wait_for()
    visitor.check_every_look("outcomes-done")
    with enter(clinic):
        journeys = [row.journey for row in Referral.objects.order_by("-appointment_on", "pk")]
    assert sorted(journeys).count(Journey.SCHEDULED) == 3
