"""Pages on paper: what was typed comes out as it was typed, on the right paper, in a short time."""

import io
import json
import subprocess
import time

import pytest
from pypdf import PdfReader

from referralcrm.core import printing
from referralcrm.core.printing import paper_of, typeset
from referralcrm.core.refused import Refused

HOSTILE = {
    "markup": "*bold* _it_ = Head #strong[x] `raw` $x^2$ <label> @ref // none",
    "code": '#let x = read("/etc/passwd"); #import "house.typ" #panic("boom")',
    "escapes": '\\u{202e} \\" \\n ]}) "#{ sys.inputs }" %s {0}',
    "apostrophe": "O'Brien & Söhne «Zoë» =HYPERLINK(1)",
    "null": "Null",
}
SCRIPTS = {
    "hebrew": "ד״ר כהן",
    "arabic": "محمد",
    "thai": "สมชาย",
    "cyrillic": "Доктор Живаго",
    "greek": "Ελένη",
    "emoji": "🏥",
}


def letter(*paragraphs, **fields):
    return {"body": list(paragraphs), **fields}


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def words(pdf):
    return " ".join(" ".join(page.extract_text().split()) for page in read(pdf).pages)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_people_typed_is_text_and_never_markup(text):
    pdf = typeset("letter", letter(text, subject=text), title=text)
    assert words(pdf).count(" ".join(text.split())) == 2
    assert read(pdf).metadata.title == text


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_every_script_has_its_font(text):
    pdf = typeset("letter", letter(text), title="Letter")
    assert b"pdfaid" in pdf, "a letter that is in no font makes no PDF/A"


def test_a_letter_that_is_in_no_font_is_printed_all_the_same(monkeypatch):
    assert words(typeset("letter", letter("before \U00013000 after"), title="Letter")).startswith("before")


def test_bidi_overrides_and_control_characters_do_not_disturb_the_line():
    pdf = typeset("letter", letter("abc\u202edef\u2066x\x00\x07 end\r\nnext"), title="Letter")
    assert words(pdf).startswith("abcdefx end next")


def test_the_paper_is_the_country_s():
    assert (paper_of("US"), paper_of("CA"), paper_of("DE"), paper_of("")) == (
        *("us-letter", "us-letter"),
        *("a4", "a4"),
    )
    sizes = {
        country: [
            round(float(side))
            for side in read(typeset("letter", letter("x"), title="x", country=country)).pages[0].mediabox[2:]
        ]
        for country in ("GB", "US")
    }
    assert sizes == {"GB": [595, 842], "US": [612, 792]}


def test_the_document_says_its_language_and_its_title():
    pdf = read(typeset("letter", letter("x"), title="Details missing", country="GB"))
    assert pdf.trailer["/Root"]["/Lang"] == "en-GB"
    assert pdf.metadata.title == "Details missing"


def test_a_long_letter_has_numbered_pages_and_is_set_quickly():
    began = time.monotonic()
    pdf = typeset("letter", letter(*["Lorem ipsum dolor sit amet. " * 40] * 60), title="Long")
    took = time.monotonic() - began
    pages = len(read(pdf).pages)
    print(f"{pages} pages, {len(pdf) // 1024} KB in {took * 1000:.0f} ms")
    assert pages > 10 and f"Page {pages} of {pages}" in words(pdf)
    assert took < 5


def test_a_page_that_takes_too_long_is_given_up_in_words(monkeypatch):
    def never(*args, **kwargs):
        raise subprocess.TimeoutExpired(args[0], kwargs["timeout"])

    monkeypatch.setattr(printing.subprocess, "run", never)
    with pytest.raises(Refused, match="too long"):
        typeset("letter", letter("x"), title="x")


def test_an_error_quotes_nothing_of_the_page(tmp_path, monkeypatch, capfd):
    (tmp_path / "broken.typ").write_text("#let data = json(bytes(sys.inputs.data))\n#panic(data.secret)")
    monkeypatch.setattr(printing, "TEMPLATES", tmp_path)
    with pytest.raises(RuntimeError) as caught:
        typeset("broken", {"secret": "Moreau"}, title="x")
    assert "Moreau" not in str(caught.value) + "".join(capfd.readouterr())


def test_what_is_printed_stands_in_no_argument(monkeypatch):
    seen = {}
    run = subprocess.run

    def watched(command, **kwargs):
        seen["command"] = json.dumps(command)
        return run(command, **kwargs)

    monkeypatch.setattr(printing.subprocess, "run", watched)
    typeset("letter", letter("Moreau"), title="x")
    assert "Moreau" not in seen["command"]
