"""Pages on paper: ``templates/print/<name>.typ`` set by typst, with the data as JSON.

    pdf = typeset("letter", {...}, title="Details we are missing", country=practice.country)
    return printed(pdf, "letter.pdf")

A template reads its data with ``#import "house.typ": *``. What people typed arrives as strings, which typst
never reads as markup, so a name can hold any text. Bidirectional overrides and control characters, which
could disturb the line around them, are taken out; very long words may be broken. Typesetting runs in a
process of its own with nothing but the fonts in it, for at most ``SECONDS``; text goes there by stdin and
stands in no argument and no file.

``letter`` takes, all but ``body`` optional: ``sender`` (name, lines: the practice and the lines beside it),
``to`` (lines of the address, placed for a window envelope), ``date``, ``subject``, ``body`` (paragraphs),
``fields`` (label, lines: how many blank lines to write on), ``after`` (paragraphs below the fields),
``closing``, ``signature`` (lines), ``foot`` (one small line at the foot of each page).
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

from referralcrm.core.refused import Refused

SECONDS = 15
PRESS = Path(__file__).with_name("press.py")
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "print"
# ISO 3166 codes of countries that print on Letter (Unicode CLDR, paperSize US-Letter)
LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
CONTROLS = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F)])
CONTROLS |= dict.fromkeys([*range(0x2066, 0x206A), 0xFEFF, 0xFFFE, 0xFFFF])
CONTROLS |= {ord("\n"): "\n", ord("\t"): " ", ord("\v"): "\n", ord("\f"): "\n", 0x2028: "\n", 0x2029: "\n"}
LONG_WORD, PIECE = (
    re.compile(r"\S{29,}"),
    re.compile(r"[^@./_-]{1,24}[@./_-]?|[@./_-]"),
)  # may be broken, to stay on the page


def paper_of(country: str) -> str:
    """What a country (ISO code) prints on: "us-letter" or "a4"."""
    return "us-letter" if country in LETTER else "a4"


def typeset(name: str, data: dict, *, title: str, country: str = "", form="pdf", standards=("a-2b",)):
    """The page ``name`` as PDF (bytes), its first page as "png" (bytes), or all its "pages" (a list of PNGs).

    The PDF follows ``standards`` (names of typst's), unless a letter is in no font: then it follows none.
    Raises Refused when it takes too long, RuntimeError when the template is wrong.
    """
    data = data | {"title": title, "paper": paper_of(country), "country": country.lower()}
    order = {
        "template": str(TEMPLATES / f"{name}.typ"),
        "form": form,
        "standards": list(standards),
        "data": json.dumps(_plain(data)),
    }
    try:
        press = subprocess.run(  # noqa: S603 (our own file; what people typed is in no argument)
            [sys.executable, "-I", str(PRESS)],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("This page took too long to set. Choose fewer rows and print again.") from error
    if press.returncode:
        raise RuntimeError(f"{name}.typ cannot be set (exit {press.returncode})")
    return _split(press.stdout) if form == "pages" else press.stdout


def _split(pictures: bytes) -> list[bytes]:
    """The pictures that the press wrote one after the other, each behind its length."""
    found = []
    while pictures:
        end = 4 + int.from_bytes(pictures[:4], "big")
        found.append(pictures[4:end])
        pictures = pictures[end:]
    return found


def printed(pdf: bytes, filename: str) -> HttpResponse:
    """The answer that shows a PDF in the browser, ready to print; ``filename`` says nothing of a patient."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def _plain(value):
    """The same value with its texts made fit for a page."""
    match value:
        case str():
            text = value.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS)
            return LONG_WORD.sub(lambda word: "\u200b".join(PIECE.findall(word[0])), text)
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
