"""Which column is which, and what a cell means."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.core.csvs import as_list, inert, listed
from referralcrm.exchange.columns import (
    CONTACTS,
    DAY_FIRST,
    MONTH_FIRST,
    PARTNERS,
    REFERRALS,
    SHEETS,
    Content,
    Reader,
    date_orders,
    guess,
)
from referralcrm.exchange.columns.cells import luhn_fits
from referralcrm.exchange.columns.choices import SAID, meanings
from referralcrm.exchange.columns.dates import order_of, read_date

TODAY = date(2026, 11, 21)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


def row_of(sheet, *, country="GB", orders=None, header=None, **cells):
    mapping = {key: at for at, key in enumerate(cells)}
    reader = Reader(sheet, mapping, country=country, today=TODAY, orders=orders, header=header or [*cells])
    return reader.read([*cells.values()])


def value_of(sheet, key, text, **options):
    row = row_of(sheet, **options, **{key: text})
    about = [finding for finding in row.problems if finding.key == key]
    return about[0].text if about else row.values[key]


@pytest.mark.parametrize(
    ("sheet", "header", "found"),
    [
        (
            PARTNERS,
            [
                "Referring Provider",
                "Speciality",
                "Practice Name",
                "Tel.",
                "Fax No.",
                "E-Mail",
                "NPI #",
                "City",
            ],
            ["name", "discipline", "organisation", "phone", "fax", "email", "identifier", "area"],
        ),
        (
            PARTNERS,
            ["Title", "First Name", "Surname", "GDC no", "Zip", "Contact person", "Comments", "Colour"],
            ["title", "given_name", "family_name", "identifier", "postcode", "contact_name", "notes", None],
        ),
        (
            REFERRALS,
            ["Ref date", "Referred by", "MRN", "Last name", "First name", "DOB", "Status", "Priority", "Dx"],
            [
                "happened_on",
                "partner",
                "record_number",
                "patient_family_name",
                "patient_given_name",
                "patient_born",
                "journey",
                "urgency",
                "reason",
            ],
        ),
        (
            REFERRALS,
            ["Patient Name", "Referring Provider NPI", "Appt Date", "Treating Provider", "In/Out"],
            ["patient_name", "partner_identifier", "appointment_on", "clinician", "direction"],
        ),
        (CONTACTS, ["Practice", "Contact Name", "Job Title"], ["organisation", "name", "role"]),
        (
            PARTNERS,
            ["Nr.", "Anrede", "Titel", "Nachname", "Vorname", "Straße", "PLZ", "Ort", "Telefon", "Bemerkung"],
            [
                None,
                None,
                "title",
                "family_name",
                "given_name",
                "address",
                "postcode",
                "area",
                "phone",
                "notes",
            ],
        ),
        (
            REFERRALS,
            ["Eingangsdatum", "Zuweiser", "Praxis", "Patient", "Geb.-Datum", "Diagnose"],
            ["happened_on", "partner", "organisation", "patient_name", "patient_born", "reason"],
        ),
    ],
)
def test_the_headers_of_other_peoples_spreadsheets_are_understood(sheet, header, found):
    assert guess(sheet, header, []) == {key: at for at, key in enumerate(found) if key}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_our_own_headers_are_understood_whole_in_any_order(sheet):
    header = [field.label for field in sheet.fields]
    assert guess(sheet, header, []) == {field.key: at for at, field in enumerate(sheet.fields)}
    backwards = header[::-1]
    assert guess(sheet, backwards, []) == {
        field.key: len(header) - 1 - at for at, field in enumerate(sheet.fields)
    }


def test_columns_without_a_name_go_by_what_they_hold():
    sample = [["17", "Ann Lee", "ann@office.example", "020 7946 0958"], ["18", "Ben", "", "020 7946 0959"]]
    header = ["Column 1", "Column 2", "Column 3", "Column 4"]
    assert guess(PARTNERS, header, sample) == {"name": 1, "email": 2, "phone": 3}


@pytest.mark.parametrize("cell", ["31.12.2025", "5/3/26", "2026-11-02", "20417331"])
def test_days_and_bare_numbers_are_not_taken_for_a_phone(cell):
    assert guess(PARTNERS, ["Name", "Letzter Kontakt"], [["Ann", cell]] * 3) == {"name": 0}


def test_no_column_and_no_field_is_used_twice():
    header = ["Phone", "Phone", "E-mail", "email", "Name", "name"]
    found = guess(PARTNERS, header, [])
    assert sorted(found.values()) == sorted(set(found.values()))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("020 7946 0958", "+44 20 7946 0958"),
        ("2079460958", "+44 20 7946 0958"),
        ("2079460958.0", "+44 20 7946 0958"),
        ("'+44 20 7946 0958", "+44 20 7946 0958"),
        ("+1 202 555 0134", "+1 202-555-0134"),
    ],
)
def test_a_phone_number_keeps_its_zeros_and_its_plus(text, kept):
    assert value_of(PARTNERS, "phone", text) == kept


@pytest.mark.parametrize("text", ["1.23E+10", "4,47701E+11", "2.07946e9"])
@pytest.mark.parametrize(
    ("sheet", "key"), [(PARTNERS, "phone"), (PARTNERS, "identifier"), (REFERRALS, "record_number")]
)
def test_a_number_the_spreadsheet_damaged_is_named(sheet, key, text):
    assert "shortened this number" in value_of(sheet, key, text)


@pytest.mark.parametrize(
    ("text", "country", "warned"),
    [
        ("1234567893", "US", False),
        ("1234567890", "US", True),
        ("1234567890", "GB", False),
        ("A123", "US", False),
    ],
)
def test_a_wrong_npi_is_a_warning_and_kept(text, country, warned):
    row = row_of(PARTNERS, country=country, name="Ann", identifier=text)
    assert (row.values["identifier"], bool(row.warnings), row.problems) == (text, warned, [])


def test_under_the_header_npi_every_country_checks():
    row = row_of(PARTNERS, header=["name", "NPI number"], name="Ann", identifier="123")
    assert "10 digits" in row.warnings[0].text


@given(st.integers(0, 10**9 - 1))
def test_each_npi_has_one_check_digit(number):
    fitting = [digit for digit in range(10) if luhn_fits(f"80840{number:09}{digit}")]
    assert len(fitting) == 1


@given(st.dates(date(1990, 1, 1), TODAY), st.sampled_from([DAY_FIRST, MONTH_FIRST]))
def test_every_way_to_write_a_day_means_that_day(day, order):
    numbers = (day.day, day.month) if order == DAY_FIRST else (day.month, day.day)
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day} 14:30:00",
        f"{day}T14:30:00Z",
        f"{numbers[0]}/{numbers[1]}/{day.year}",
        f"{numbers[0]:02}.{numbers[1]:02}.{day.year}",
        f"{numbers[0]}-{numbers[1]}-{day:%y} 2:30 PM",
        f"{day:%d %b %Y}",
        f"{day:%B %d, %Y}",
        f"{day:%a, %d %B %Y}",
        str((day - date(1899, 12, 30)).days),
    ):
        assert read_date(text, order=order, latest=TODAY) == day, text


@pytest.mark.parametrize(
    ("cells", "country", "order"),
    [
        (["3/4/2026", "25/4/2026"], "US", DAY_FIRST),
        (["3/4/2026", "4/25/2026"], "GB", MONTH_FIRST),
        (["3/4/2026"], "US", MONTH_FIRST),
        (["3/4/2026"], "GB", DAY_FIRST),
        (["25/4/2026", "4/25/2026"], "US", MONTH_FIRST),
        ([], "DE", DAY_FIRST),
    ],
)
def test_the_whole_column_decides_whether_days_come_first(cells, country, order):
    assert order_of(cells, country=country) == order
    mapping = {"happened_on": 1}
    rows = (["x", cell] for cell in cells)
    assert date_orders(REFERRALS, mapping, rows, country=country) == {"happened_on": order}


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("happened_on", "2026-11-22", "still to come"),
        ("happened_on", "1989-12-31", "before 1990"),
        ("happened_on", "2026-02-30", "no such day"),
        ("happened_on", "31/4/2026", "no such day"),
        ("happened_on", "12/31/2025", "no month 31: in this column the day comes first"),
        ("happened_on", "soon", "no date"),
        ("happened_on", "123456", "no date"),
        ("patient_born", "1899-12-31", "before 1900"),
        ("appointment_on", "2036-01-01", "five years"),
    ],
)
def test_a_day_that_cannot_be_is_refused(key, text, said):
    assert said in value_of(REFERRALS, key, text)


def test_a_year_of_two_digits_is_the_last_one_past():
    assert value_of(REFERRALS, "patient_born", "8/3/71") == date(1971, 3, 8)
    assert value_of(REFERRALS, "happened_on", "8/3/25") == date(2025, 3, 8)


def test_nobody_is_seen_before_the_referral():
    row = row_of(REFERRALS, happened_on="2026-03-08", attended_on="2026-03-07", record_number="1")
    assert [finding.key for finding in row.problems] == ["attended_on"]


@pytest.mark.parametrize(
    ("sheet", "key", "text", "meant"),
    [
        (PARTNERS, "is_person", "Yes", True),
        (PARTNERS, "is_person", "✓", True),
        (PARTNERS, "is_person", "FALSE", False),
        (PARTNERS, "preferred_channel", "a handwritten card", "card"),
        (PARTNERS, "stage", "Inactive", "dormant"),
        (REFERRALS, "direction", "Inbound", "received"),
        (REFERRALS, "journey", "DNA", "no_show"),
        (REFERRALS, "journey", "Seen", "attended"),
        (REFERRALS, "journey", "did not come", "no_show"),
        (REFERRALS, "channel", "e-mail", "email"),
        (REFERRALS, "urgency", "Emergency", "stat"),
        (REFERRALS, "source", "Google", "online"),
        (CONTACTS, "role", "Front desk", "reception"),
        (REFERRALS, "id", "17", ""),
        (PARTNERS, "email", "Ann <ann@Office.Example>", "ann@office.example"),
        (PARTNERS, "email_opted_out_at", "yes", datetime(2026, 11, 21, tzinfo=UTC)),
        (PARTNERS, "email_opted_out_at", "no", None),
        (PARTNERS, "tags", "spine; sport", ["spine", "sport"]),
        (PARTNERS, "notes", "one\r\ntwo", "one\r\ntwo"),
    ],
)
def test_words_of_other_people_mean_ours(sheet, key, text, meant):
    assert value_of(sheet, key, text) == meant


@pytest.mark.parametrize(
    ("sheet", "key", "text", "said"),
    [
        (PARTNERS, "is_person", "perhaps", "neither yes nor no"),
        (REFERRALS, "direction", "sideways", "none of: received, sent"),
        (PARTNERS, "email", "ann at office", "no e-mail"),
        (PARTNERS, "name", "A\0nn", "NUL"),
        (PARTNERS, "name", "x" * 161, "161 characters"),
        (PARTNERS, "name", "#REF!", "shows an error"),
        (PARTNERS, "phone", "ask Jo", "does not look like"),
        (PARTNERS, "phone", "0351-777 888 oder 0172 1234567", "Only one number"),
        (PARTNERS, "phone", "020 7946 0958 / 020 7946 0959", "Only one number"),
        (PARTNERS, "email", "info@zahn.example, koch@zahn.example", "Only one address"),
        (PARTNERS, "tags", "x" * 61, "longer than 60"),
    ],
)
def test_what_cannot_be_is_said_in_words(sheet, key, text, said):
    assert said in value_of(sheet, key, text)


def test_a_role_without_a_word_is_other_with_a_warning():
    row = row_of(CONTACTS, name="Ann", organisation="Northgate", role="Biller")
    assert (row.values["role"], len(row.warnings), row.problems) == ("other", 1, [])


def test_what_a_row_needs_is_named():
    texts = [finding.text for finding in row_of(CONTACTS, name="", phone="").problems]
    assert texts == ["“Name” is missing.", "“Partner” is missing."]


def test_names_in_several_columns_are_put_together():
    partner = row_of(PARTNERS, title="Dr", given_name="Adaeze", family_name="Okafor")
    assert (partner.values["name"], partner.problems) == ("Dr Adaeze Okafor", [])
    patient = {"happened_on": "2026-03-08", "patient_given_name": "Anna"}
    assert row_of(REFERRALS, **patient, patient_family_name="Lee").values["patient_name"] == "Anna Lee"
    long = row_of(REFERRALS, **patient, patient_family_name="van der Berg").values["patient_name"]
    assert long == "van der Berg, Anna"


@pytest.mark.parametrize(
    ("cells", "is_total"),
    [
        (["Summe", "", "8", "12,50"], True),
        (["", "Total:", "", "1 204.50 €"], True),
        (["Total", "", "", ""], False),
        (["Total", "Fitness", "8", ""], False),
        (["Ann", "Total", "8", ""], False),
    ],
)
def test_a_row_of_totals_stays_out(cells, is_total):
    reader = Reader(PARTNERS, {"name": 0, "given_name": 1}, country="DE", today=TODAY, header=[*"abcd"])
    said = [finding.text for finding in reader.read(cells).problems]
    assert ("This looks like the row of totals below a list." in said) == is_total
    assert len(said) == 1 or not is_total, "nothing else is held against it"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Dr. Anna Weber / Dr. Jens Koch", "Two people"),
        ("Dr Smith and Dr Jones", "Two people"),
        ("Weber & Koch", None),
        ("Dr Smith & Sons", None),
        ("1204", "no letter"),
        ("24/7 Care", None),
    ],
)
def test_a_name_that_makes_one_wonder_is_taken_with_a_warning(name, said):
    row = row_of(PARTNERS, name=name)
    assert not row.problems and row.values["name"] == name
    assert [said in finding.text for finding in row.warnings] == ([True] if said else [])


def test_a_row_longer_than_the_header_is_bad():
    reader = Reader(PARTNERS, {"name": 0}, country="GB", today=TODAY, header=["name"])
    assert "quotation marks" in reader.read(["Lee", " Ann"]).problems[0].text


@given(TEXT)
def test_any_text_comes_back_as_a_form_would_take_it(text):
    row = row_of(PARTNERS, notes=inert(text), name="Ann")
    if not row.problems:
        assert row.values["notes"] == text.strip()


@given(st.lists(TEXT.map(str.strip).filter(bool), max_size=5))
def test_words_in_one_cell_come_back_one_by_one(words):
    words = [" ".join(word.split()) for word in words]
    words = [word for word in words if word]
    assert listed(as_list(words)) == words


@given(st.sampled_from([(sheet, field) for sheet in SHEETS.values() for field in sheet.fields]), TEXT)
def test_no_cell_breaks_a_reader(place, text):
    sheet, field = place
    row = row_of(sheet, **{field.key: text})
    assert field.key in row.values
    for finding in row.problems + row.warnings:
        assert finding.text and finding.text[0].isupper() or finding.text[0] == "“"


def test_every_choice_can_be_said_by_its_value_and_its_label():
    for sheet in SHEETS.values():
        for field in sheet.fields:
            if field.content == Content.CHOICE:
                for value, label in field.choices.choices:
                    assert value_of(sheet, field.key, value) == value
                    assert value_of(sheet, field.key, str(label)) == value


def test_nothing_people_write_means_two_things():
    for choices, said in SAID.items():
        words = [word.strip() for text in said.values() for word in text.split(",")]
        assert len(words) == len(set(words)), choices
        assert set(meanings(choices).values()) == set(choices.values)


def test_words_may_stand_on_lines_of_one_cell():
    assert value_of(PARTNERS, "tags", 'gp,\nspine\n"new\nclinic"') == ["gp", "spine", "new\nclinic"]
    assert value_of(PARTNERS, "tags", "gp\nspine; knee") == ["gp", "spine", "knee"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_no_database_gives_back_is_refused(text):
    assert "This day is" in value_of(PARTNERS, "email_opted_out_at", text)
