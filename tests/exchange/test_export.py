"""The partners as CSV: who may, what stands in it, and that no cell is a formula."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.audit.models import AuditEvent
from referralcrm.core.csvs import as_typed, inert
from referralcrm.exchange.partners import COLUMNS
from referralcrm.practice.models import Plan
from referralcrm.practice.scope import enter
from tests import factories

EXPORT = reverse("exchange:partners")


@pytest.fixture
def rows(charlie, as_person):
    client = as_person(charlie)

    def read(**query):
        text = client.get(EXPORT, query).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    return read


def test_the_front_desk_does_not_export(alice, as_person):
    assert as_person(alice).get(EXPORT).status_code == 403


def test_each_export_is_audited_with_the_rows_it_took(charlie, as_person, rows):
    partner = factories.partner()
    rows()
    event = AuditEvent.objects.get(verb="exported")
    assert (event.subjects, event.actor_id) == ([str(partner.pk)], charlie.pk)


def test_a_spreadsheet_recognises_the_letters_and_the_name_of_the_file(charlie, as_person):
    factories.partner("Jo Bergström")
    response = as_person(charlie).get(EXPORT)
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response["Content-Disposition"]
    assert ".csv" in response["Content-Disposition"]


def test_every_column_comes_back_as_it_was(rows, bob):
    partner = factories.partner(
        "Dr Adaeze Okafor",
        organisation=factories.organisation(),
        discipline=factories.discipline(),
        owner=bob,
        tags=["spine", "sport"],
        notes='Says "hello",\nand more',
        treating_provider=True,
    )
    partner.plans.add(Plan.objects.create(name="Blue"), through_defaults={})
    row = rows()[0]
    assert list(row) == list(COLUMNS)
    assert (row["id"], row["name"], row["is a person"]) == (str(partner.pk), "Dr Adaeze Okafor", "yes")
    assert (row["discipline"], row["organisation"]) == ("Family medicine", "Northgate Surgery")
    assert (row["looked after by"], row["insurers"], row["tags"]) == (bob.email, "Blue", "spine, sport")
    assert (row["notes"], row["treating provider"]) == ('Says "hello",\nand more', "yes")


@pytest.mark.parametrize("name", ["=1+1", "+44 20", "-x", "@SUM(A1)", "\t=1", "'quoted", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula_and_the_import_gets_the_name_back(rows, name):
    factories.partner(name)
    cell = rows()[0]["name"]
    assert cell == f"'{name}"
    assert as_typed(cell) == name


@given(st.text())
def test_guarding_is_undone_exactly(text):
    assert as_typed(inert(text)) == text
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_the_file_holds_what_the_list_shows(rows, northgate):
    factories.partner("Ann", area="Harbour")
    factories.partner("Ben", area="Hill")
    with enter(northgate):
        factories.partner("Theirs", area="Harbour")
    assert [row["name"] for row in rows()] == ["Ann", "Ben"]
    assert [row["name"] for row in rows(area="harbour")] == ["Ann"]


def test_a_longer_file_needs_no_more_queries(charlie, as_person, django_assert_max_num_queries):
    for number in range(30):
        factories.partner(
            f"Ann {number}", organisation=factories.organisation(f"Office {number}"), owner=charlie
        )
    client = as_person(charlie)
    client.get(EXPORT)
    with django_assert_max_num_queries(12):
        assert client.get(EXPORT).content.count(b"\r\n") == 31
