"""The report on paper: accessible, archival, on either paper, whatever was typed, and quickly set."""

import io
import resource
import time
from statistics import median

import pytest
from pypdf import PdfReader

from referrals.actions import reports
from referrals.actions.reports.page import blocks, page_of, typeset_report
from referrals.models.measures import Measure
from tests import factories
from tests.core.test_print import SCRIPTS, words

LONG = (
    "The patient reports less pain at night and lifts the arm above the shoulder. " * 8
    + "\n\n- one\n- two\n\n"
)
MEASURE = {"name": "Flexion", "unit": "°", "better": "higher", "baseline": "95", "now": "120", "goal": "170"}


@pytest.fixture
def report(riverside, okafor, kim):
    return factories.report(factories.referral(partner=okafor, patient=kim))


def with_texts(report, text, measures=8):
    content = {"texts": dict.fromkeys(factories.REPORT["texts"], text), "measures": [MEASURE] * measures}
    return reports.save(report, by=report.author, content=content)


def tags(pdf):
    """Every structure type of a tagged PDF, in reading order."""

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                yield from walk(child)
        elif isinstance(node, dict) and "/S" in node:
            yield node["/S"], node
            yield from walk(node.get("/K", []))

    return list(walk(PdfReader(io.BytesIO(pdf)).root_object["/StructTreeRoot"]["/K"]))


def test_it_is_archival_and_its_structure_can_be_read_aloud(report):
    pdf = typeset_report(report)
    assert b"pdfaid" in pdf and b">A</pdfaid:conformance>" in pdf, "PDF/A with structure"
    assert b"pdfuaid" in pdf, "PDF/UA"
    kinds = [kind for kind, _ in tags(pdf)]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") == 7
    assert "/TH" in kinds and "/THead" in kinds
    figure = next(node for kind, node in tags(pdf) if kind == "/Figure")
    assert "Shoulder flexion: began at 95 °, goal 170 °." in figure["/Alt"]
    assert PdfReader(io.BytesIO(pdf)).root_object["/Lang"].startswith("en")


def test_page_one_answers_first(report):
    pdf = reports.pdf_of(reports.finalise(with_texts(report, "Answer. " + LONG), by=report.author))
    first = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    order = [first.index(title) for title in ("What we found", "What we ask of you", "What happens next")]
    assert order == sorted(order)
    assert first.index("CONFIDENTIAL") < order[0]


def test_every_page_says_that_it_is_confidential_and_a_draft_says_that_too(report):
    for page in PdfReader(io.BytesIO(typeset_report(with_texts(report, LONG * 2)))).pages:
        text = page.extract_text()
        assert "Confidential" in text and "DRAFT" in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_any_script_is_set(script, report):
    pdf = typeset_report(with_texts(report, SCRIPTS[script] + " and more", measures=1))
    assert "and more" in words(pdf)


@pytest.mark.parametrize(
    "text",
    ["W" * 4000, "*bold* #panic() = Head", "a\u202eb\u2066c", "- \n- \n", "\n\n\n", "👩‍⚕️ 🏥 \U00013000"],
)
def test_whatever_is_typed_stays_words_on_the_page(text, report):
    assert typeset_report(with_texts(report, text, measures=24)).startswith(b"%PDF")


def test_a_change_is_worked_out_only_where_the_better_way_is_said(report):
    for better, change in (("", None), ("higher", "+25"), ("lower", "+25")):
        measure = Measure.of(MEASURE | {"better": better})
        assert (measure.change is None) == (change is None)
    assert Measure.of(MEASURE).is_better and not Measure.of(MEASURE | {"better": "lower"}).is_better
    assert Measure.of(MEASURE | {"now": "170"}).is_reached
    assert not Measure.of(MEASURE | {"now": "170", "better": ""}).is_reached
    rows = page_of(with_texts(report, "x", measures=1))["measures"]
    assert rows[0]["change"] == "+25, better"


def test_lines_with_dashes_are_a_list():
    assert blocks("Plan:\n- one\n* two\n\nThen\nrest") == [
        {"words": "Plan:"},
        {"items": ["one", "two"]},
        {"words": "Then\nrest"},
    ]


def test_how_long_a_report_of_three_pages_takes_is_printed(report, capsys):
    report = with_texts(report, LONG, measures=6)
    took, work = [], []
    for _ in range(6):
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        pdf = typeset_report(report)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(1000 * (time.perf_counter() - began))
        work.append(1000 * (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime))
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert pages == 3 and "/Figure" in dict(tags(pdf))
    with capsys.disabled():
        said = f"{median(took[1:]):.0f} ms, of which {median(work[1:]):.0f} ms are work (median of five)"
        print(f"\na report of {pages} pages with its chart, after the first: {said}")
