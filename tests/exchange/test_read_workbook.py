"""XLSX: what a person sees in the cells, and everything that is refused before it takes time or memory."""

import io
import os
import time
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from referralcrm.exchange.tables import Unreadable, open_table

SECONDS = 2
MEMORY = 100_000_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'
    '<sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def relations(*targets):
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def by_hand(sheet="<sheetData/>", *, more=(), book=BOOK, strings=None, prologue="") -> bytes:
    """An archive with one sheet of this XML, and whatever else."""
    targets = [("worksheet", "worksheets/sheet1.xml")]
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book,
        "xl/worksheets/sheet1.xml": f'{prologue}<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }
    if strings is not None:
        targets.append(("sharedStrings", "sharedStrings.xml"))
        parts["xl/sharedStrings.xml"] = strings
    parts["xl/_rels/workbook.xml.rels"] = relations(*targets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in [*parts.items(), *more]:
            archive.writestr(name, text)
    return out.getvalue()


def opened(data, name="list.xlsx", **options):
    return open_table(io.BytesIO(data), name=name, **options)


def cells_of(data, **options):
    table = opened(data, **options)
    return [table.header, *(cells for _, cells in table.rows())]


def refusal_of(data, name="list.xlsx") -> str:
    """Why it is refused, opening or reading, after little time and with little memory."""
    started = time.process_time()
    message = reading_fails(data, name)
    assert time.process_time() - started < SECONDS
    tracemalloc.start()
    try:
        reading_fails(data, name)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    return message


def reading_fails(data, name):
    with pytest.raises(Unreadable) as caught:
        for _ in open_table(io.BytesIO(data), name=name).rows():
            pass
    return caught.value.message


def test_cells_are_what_a_person_sees():
    book = book_of(
        ["Name", "Date", "Seen", "Phone", "Rate", "Yes", "Sum", "Time"],
        ["Ann", date(2026, 3, 8), datetime(2026, 3, 8, 9, 30), 2079460958, 0.1, True, 42.0, 1e15],
    )
    assert cells_of(saved(book))[1] == [
        "Ann",
        "2026-03-08",
        "2026-03-08 09:30:00",
        "2079460958",
        "0.1",
        "TRUE",
        "42",
        "1E+15",
    ]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("447700900123", "447700900123"),
        ("4.47700900123E+11", "447700900123"),
        ("1.23E+10", "1.23E+10"),
        ("12345678901234567", "1.2345678901234567E+16"),
        ("42.0", "42"),
        ("-3", "-3"),
        ("0.10000000000000001", "0.1"),
        ("1E400", "1E+400"),
        ("1E+9999999", "1E+9999999"),
        ("NaN", "NaN"),
        ("abc", "abc"),
    ],
)
def test_a_number_that_lost_its_digits_can_be_told(raw, shown):
    sheet = f'<sheetData><row r="1"><c r="A1"><v>{raw}</v></c></row></sheetData>'
    assert opened(by_hand(sheet)).sample(1) == [[shown]]


def test_leading_zeros_of_a_format_are_part_of_the_number():
    book = book_of(["Name", "Phone", "Zip"], ["Ann", 7700900123, 1234])
    book.active["B2"].number_format = "00000000000"
    book.active["C2"].number_format = "00000"
    assert cells_of(saved(book))[1] == ["Ann", "07700900123", "01234"]


def test_dates_count_from_1904_where_the_workbook_says_so():
    book = book_of(["Name", "Date"], ["Ann", date(2026, 3, 8)])
    book.epoch = CALENDAR_MAC_1904
    assert cells_of(saved(book))[1] == ["Ann", "2026-03-08"]


def test_a_formula_is_its_last_value():
    sheet = (
        '<sheetData><row r="1"><c r="A1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
        '<c r="B1"><f>1+1</f><v>2</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData>'
    )
    assert opened(by_hand(sheet)).sample(1) == [["ab", "2", "#DIV/0!"]]


def test_strings_of_every_kind_are_whole():
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r></si>'
        "<si><t>課</t><rPh><t>カ</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
    )
    sheet = "".join(f'<c r="{letter}1" t="s"><v>{at}</v></c>' for at, letter in enumerate("ABCD"))
    inline = '<c t="inlineStr"><is><t>in</t><t>line</t></is></c>'
    data = by_hand(f'<sheetData><row r="1">{sheet}{inline}</row></sheetData>', strings=strings)
    assert opened(data).sample(1) == [["plain", "rich text", "課", "a\rb", "inline"]]


def test_missing_cells_and_rows_keep_their_place_and_number():
    sheet = (
        '<sheetData><row r="3"><c r="B3" t="str"><v>Name</v></c><c r="D3" t="str"><v>Phone</v></c></row>'
        '<row r="9"><c r="D9"><v>7</v></c></row></sheetData>'
    )
    table = opened(by_hand(sheet))
    assert table.header == ["Column 1", "Name", "Column 3", "Phone"]
    assert list(table.rows()) == [(9, ["", "", "", "7"])]


def test_the_first_sheet_in_sight_that_holds_anything_is_read_unless_another_is_asked_for():
    book = Workbook()
    hidden = book.create_sheet("Lists", 0)
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    book.create_sheet("People").append(["Name", "Phone"])
    book.create_sheet("More").append(["Name", "Town"])
    data = saved(book)
    assert opened(data).sheets == ["Sheet", "People", "More"]
    assert (opened(data).sheet, opened(data, sheet=2).header) == ("People", ["Name", "Town"])
    for place in (3, -1):
        with pytest.raises(Unreadable, match="no such sheet"):
            opened(data, sheet=place)


def test_far_formatted_but_empty_cells_do_not_widen_a_row():
    sheet = (
        '<sheetData><row r="1"><c r="A1" t="str"><v>Name</v></c><c r="XFD1" s="0"/></row>'
        '<row r="1048576"><c r="XFD1048576"/></row></sheetData>'
    )
    assert opened(by_hand(sheet), has_header=True).header == ["Name"]


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand():
    def peak_of(count):
        rows = "".join(
            f'<row r="{n}"><c t="inlineStr"><is><t>Ann {n}</t></is></c><c><v>{n}</v></c></row>'
            for n in range(1, count + 1)
        )
        file = io.BytesIO(by_hand(f"<sheetData>{rows}</sheetData>"))
        tracemalloc.start()
        try:
            table = open_table(file, name="x.xlsx")
            assert sum(1 for _ in table.rows()) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak_of(20_000) < peak_of(1_000) + 1_000_000


def test_a_broken_workbook_is_called_damaged_wherever_it_breaks():
    whole = saved(book_of(["Name", "Phone"], *[[f"Ann {os.urandom(8).hex()}", n] for n in range(3_000)]))
    for cut in (30, len(whole) // 2, len(whole) - 30):
        assert "damaged" in refusal_of(whole[:cut])
    flipped = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet1.xml") + 2_000
    flipped[at : at + 50] = bytes(50)
    assert "damaged" in refusal_of(bytes(flipped))


@pytest.mark.parametrize(
    "sheet",
    [
        "<sheetData><row>",
        "<sheetData><row r='x'><c><v>1</v></c></row></sheetData>",
        "<sheetData><row r='99999999999'><c><v>1</v></c></row></sheetData>",
        "<sheetData><row r='1'><c r='1A'><v>1</v></c></row></sheetData>",
        "<sheetData><row r='1'><c t='s'><v>7</v></c></row></sheetData>",
        "<sheetData><row r='1'><c t='s'><v>-1</v></c></row></sheetData>",
        "<sheetData><row r='1'><c s='x'><v>-1</v></c></row></sheetData>",
    ],
)
def test_a_sheet_that_makes_no_sense_is_called_damaged(sheet):
    assert "damaged" in refusal_of(by_hand(sheet))


def test_an_old_workbook_is_named_whatever_it_is_called():
    for name in ("list.xls", "list.xlsx", "list.csv"):
        assert "old kind" in refusal_of(OLE + bytes(5_000) + "Workbook".encode("utf-16-le"), name)


def test_a_password_is_named():
    assert "password" in refusal_of(OLE + bytes(300_000) + "EncryptedPackage".encode("utf-16-le"))
    data = bytearray(by_hand())
    while (at := data.find(b"PK\x01\x02")) >= 0:  # each entry of the list of contents says "encrypted"
        data[at + 8] |= 1
        data[at : at + 4] = b"pk\x01\x02"
    assert "password" in refusal_of(bytes(data).replace(b"pk\x01\x02", b"PK\x01\x02"))


def test_a_text_called_xlsx_is_named():
    assert "no Excel workbook" in refusal_of(b"Name,Phone\nAnn,1\n")


def archive_of(parts, *, packed=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_other_archives_and_documents_are_named():
    for parts in (
        {"readme.txt": "x"},
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
        {"_rels/.rels": relations(("officeDocument", "word/document.xml")), "word/document.xml": "<x/>"},
        {"_rels/.rels": relations(("officeDocument", "xl/workbook.bin")), "xl/workbook.bin": "x"},
    ):
        assert "not an Excel workbook" in refusal_of(archive_of(parts))


@pytest.fixture(scope="module")
def zeros():
    """Many megabytes that pack into few kilobytes."""
    return b"<row/>" * 10_000_000


def test_a_zip_bomb_is_refused_by_what_it_promises(zeros):
    bombs = {
        "sheet": by_hand(f"<sheetData>{zeros.decode()}</sheetData>"),
        "elsewhere": by_hand(more=[("xl/media/bomb.xml", zeros)]),
        "nested": by_hand(more=[(f"{n}.zip", archive_of({"x": zeros[:30_000_000]}) * 20) for n in range(3)]),
        "strings": by_hand(strings=zeros.decode()),
    }
    for kind, data in bombs.items():
        if kind == "nested":
            assert "nothing in this file" in refusal_of(data)  # never unpacked, so harmless
        else:
            assert "far more" in refusal_of(data), kind


def test_a_zip_bomb_that_lies_about_its_size_is_refused_where_it_goes_on(zeros):
    data = bytearray(by_hand(f"<sheetData>{zeros.decode()}</sheetData>"))
    real = (len(zeros) + len(f'<worksheet xmlns="{MAIN}"><sheetData></sheetData></worksheet>')).to_bytes(
        4, "little"
    )
    assert data.count(real) == 2
    assert "damaged" in refusal_of(bytes(data).replace(real, (50_000).to_bytes(4, "little")))


def test_a_list_of_contents_without_end_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(6_000):
            archive.writestr(f"xl/worksheets/a-rather-long-name-of-a-part-{number}.xml", "")
    assert "far more" in refusal_of(out.getvalue())


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_an_xml_bomb_is_refused_in_every_part(prologue):
    assert "far more" in refusal_of(by_hand(prologue=prologue))
    assert "far more" in refusal_of(by_hand(book=prologue + BOOK))
    assert "far more" in refusal_of(by_hand(strings=f"{prologue}<sst/>"))


def test_xml_without_end_is_refused():
    noise = os.urandom(1_500_000).hex()
    for sheet in (
        f"<sheetData><row r='1' x='{noise}'/></sheetData>",
        "<a>" * 200_000,
        f"<sheetData><row r='1'><c t='str'><v>{noise}</v></c></row></sheetData>",
    ):
        message = refusal_of(by_hand(sheet))
        assert "far more" in message or "longer than" in message


def test_sixteen_thousand_columns_are_refused_wherever_they_come():
    book = book_of(["Name", "Phone"], *[["Ann", 1]] * 60, [f"x{n}" for n in range(16_000)])
    assert "row 62" in refusal_of(saved(book)).lower()
    assert "columns" in refusal_of(saved(book_of([f"x{n}" for n in range(16_000)])))
    assert "columns" in refusal_of(b",".join(b"x%d" % n for n in range(16_000)) + b"\n", "wide.csv")


@pytest.mark.parametrize("begin", [b"", b'"', b"Name,Phone\n", b'Name,Phone\n"'])
def test_one_enormous_line_is_refused(begin):
    message = refusal_of(begin + b"x y," * 4_000_000, "line.csv")
    assert "longer than" in message or "never closed" in message or "columns" in message


def test_one_enormous_row_of_many_lines_is_refused():
    message = refusal_of(b"Name,Town\n" + b'a,"\n",' * 300_000, "row.csv")
    assert "longer than" in message


FILLED = "<row><c><v>1</v></c></row>"


def look_at(data):
    """The seconds of processor time until somebody who waits sees the first rows; more on a busy machine."""
    started = time.process_time()
    try:
        opened(data).sample(50)
    except Unreadable as error:
        assert "not one cell is filled in" in error.message
    return time.process_time() - started


@pytest.mark.parametrize("inside", ["<row/>", "<x/>", "<row><c s='1'/></row>"])
def test_nobody_waits_for_a_sheet_that_is_empty_without_end(inside):
    endless = inside * (3_900_000 // len(inside))
    assert look_at(by_hand(f"<sheetData>{FILLED}{endless}</sheetData>")) < 2 * SECONDS


def test_a_thousand_sheets_may_point_to_one_empty_part():
    names = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1_000))
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>{names}</sheets></workbook>'
    assert look_at(by_hand(f"<sheetData>{'<row/>' * 300_000}</sheetData>", book=book)) < 2 * SECONDS


def test_a_small_part_of_a_million_elements_is_refused():
    book = BOOK.replace("</workbook>", "<a/>" * 900_000 + "</workbook>")
    assert "far more" in refusal_of(by_hand(book=book))
