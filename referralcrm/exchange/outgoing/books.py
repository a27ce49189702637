"""A workbook of text, for people whose spreadsheet garbles CSV.

Every cell is text and formatted as text, also one that is filled in later, so that "=1+1" stays a name
and 007 keeps its zeros; no apostrophe has to guard them. Written by hand:
openpyxl keeps rows in files on the disk, takes "=" for a formula and refuses control signs.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from itertools import chain
from xml.sax.saxutils import escape

from django.http import HttpResponse

from referralcrm.core.csvs import as_typed

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
AROUND = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPES}.styles+xml"/></Types>'
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
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/styles" '
        'Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (  # 49: text, the format of every cell that says nothing else; 1: the header, bold
        f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/></font>'
        '<font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/>'
        '</fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        '<border/></borders><cellStyleXfs count="1"><xf numFmtId="49"/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="49" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="1" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
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
                sheet.write(_row(number, cells, ' s="1"' if number == 1 else "").encode())
            sheet.write(END.encode())
    return out.getvalue()


def book_response(file_name: str, header: list[str], rows: Iterable[list[str]]) -> HttpResponse:
    """A download of a workbook."""
    return HttpResponse(
        workbook(header, rows),
        content_type=CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _row(number, cells, style):
    inner = "".join(
        f'<c{style} t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>' if cell else "<c/>"
        for cell in cells
    )
    return f'<row r="{number}">{inner}</row>'


def unguarded(cells: list[str]) -> list[str]:
    """Cells of a CSV (``inert``) for a workbook: as they were typed, unless reading would change that."""
    return [cell if (typed := as_typed(cell)).startswith("'") else typed for cell in cells]


def _text(cell):
    """What XML does not allow as _x0001_ (ECMA-376, part 1, 22.9.2.19)."""
    return UNUSUAL.sub(lambda sign: f"_x{ord(sign.group()):04X}_", escape(cell))
