"""A workbook of text, for people whose spreadsheet garbles CSV.

Every cell is marked as text, so that "=1+1" stays a name and 007 keeps its zeros. Written by hand:
openpyxl keeps rows in files on the disk, takes "=" for a formula and refuses control signs.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from itertools import chain
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
AROUND = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
BEGIN = (
    f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="500" width="20" customWidth="1"/></cols><sheetData>'
)
END = "</sheetData></worksheet>"
UNUSUAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def workbook(header: list[str], rows: Iterable[list[str]]) -> bytes:
    """The bytes of an XLSX with one sheet; the first row, which stays in sight, is the header."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in AROUND.items():
            archive.writestr(name, DECLARATION + text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(BEGIN.encode())
            for number, cells in enumerate(chain([header], rows), start=1):
                sheet.write(_row(number, cells).encode())
            sheet.write(END.encode())
    return out.getvalue()


def _row(number, cells):
    inner = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>' if cell else "<c/>"
        for cell in cells
    )
    return f'<row r="{number}">{inner}</row>'


def _text(cell):
    """What XML does not allow as _x0001_ (ECMA-376, part 1, 22.9.2.19)."""
    return UNUSUAL.sub(lambda sign: f"_x{ord(sign.group()):04X}_", escape(cell))
