"""The pages on which a report is written, kept, signed, amended and read."""

import io
import json
import time
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import StoredFile
from referralcrm.practice.states import Role
from referrals.actions import reports
from referrals.models import Article, Obligation, Report, ReportFile
from referrals.states import MOST_MEASURES, PAPER_BYTES
from tests import factories
from tests.core.test_content import PDF
from tests.core.test_unfolding import folded, pdf
from tests.factories import PNG
from tests.referrals.conftest import TUESDAY

TEXTS = {f"text_{name}": words for name, words in factories.REPORT["texts"].items()}


@pytest.fixture
def bea(riverside):
    return factories.person("Dr Bea Brandt", role=Role.CLINICIAN, sees_patients=True)


@pytest.fixture
def desk(bea, as_person):
    return as_person(bea)


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=3))


@pytest.fixture
def draft(referral, bea):
    return reports.start(referral, kind="initial", by=bea)


def at(report, name):
    return reverse(f"referrals:{name}", args=[report.pk])


def typed(report, **fields):
    return TEXTS | {"version": Report.objects.get(pk=report.pk).version, "rows": 2} | fields


def test_a_report_is_begun_for_the_promise_it_meets(desk, referral):
    promised = Obligation.objects.create(referral=referral, side="us")
    address = reverse("referrals:start_report", args=[referral.pk])
    page = desk.get(f"{address}?obligation={promised.pk}")
    assert page.context["form"]["kind"].value() == "initial"
    assert f"{address}?obligation={promised.pk}" in desk.get(referral.get_absolute_url()).content.decode()
    answer = desk.post(address, {"kind": "interim", "obligation": promised.pk})
    draft = Report.objects.get()
    assert answer["Location"] == at(draft, "write_report")
    assert (draft.kind, draft.obligation) == ("interim", promised)


def test_what_is_typed_is_kept_while_it_is_typed_and_what_is_missing_is_told(desk, draft):
    answer = desk.post(at(draft, "keep_report"), typed(draft, m0_name="Flexion", m0_now="4,50"))
    assert f'data-version="{draft.version + 1}"' in answer.content.decode()
    assert "Nothing is missing" in answer.content.decode()
    kept = Report.objects.get().content
    assert kept["texts"]["found"] == TEXTS["text_found"]
    assert kept["measures"][0]["now"] == "4.50"


def test_what_cannot_be_read_stays_as_it_was_kept_and_the_rest_is_kept(desk, draft):
    desk.post(at(draft, "keep_report"), typed(draft, m0_name="Flexion", m0_now="95"))
    answer = desk.post(
        at(draft, "keep_report"), typed(draft, text_found="New", m0_name="Flexion", m0_now="x")
    )
    assert "partly kept" in answer.content.decode()
    kept = Report.objects.get().content
    assert (kept["texts"]["found"], kept["measures"][0]["now"]) == ("New", "95")


def test_a_promise_leads_to_what_was_written_for_it(desk, referral, bea):
    promised = Obligation.objects.create(referral=referral, side="us")
    begin = f"{reverse('referrals:start_report', args=[referral.pk])}?obligation={promised.pk}"

    def panel():
        page = desk.get(referral.get_absolute_url()).content.decode()
        return page.partition(f'id="report-{promised.pk}"')[2].partition("</section>")[0]

    assert begin in panel()
    draft = factories.report(referral, by=bea)
    assert draft.get_absolute_url() in panel() and "Go on with the draft" in panel()
    reports.finalise(draft, by=bea)
    assert "Open report 1" in panel() and begin not in panel()


def test_the_slower_of_two_is_told_what_stands_now_and_keeps_the_typing(desk, draft, alice, as_person):
    old = typed(draft, text_found="Mine")
    as_person(alice).post(at(draft, "write_report"), typed(draft, text_found="Hers"))
    assert "Somebody else saved this" in desk.post(at(draft, "keep_report"), old).content.decode()
    answer = desk.post(at(draft, "write_report"), old)
    form = answer.context["form"]
    assert "It now says: Hers" in str(form.errors["text_found"])
    assert form["text_found"].value() == "Mine"
    again = desk.post(at(draft, "write_report"), old | {"version": form["version"].value()})
    assert again.status_code == 302
    assert Report.objects.get().content["texts"]["found"] == "Mine"


def test_signing_saves_and_then_says_what_is_missing(desk, draft):
    answer = desk.post(at(draft, "finalise_report"), typed(draft), follow=True)
    assert "say that they do not apply: Objective measures" in str([*answer.context["messages"]][0])
    assert Report.objects.get().content["texts"]["goals"] == TEXTS["text_goals"]
    answer = desk.post(at(draft, "finalise_report"), typed(draft, leave_measures="on"))
    final = Report.objects.final().get()
    assert answer["Location"] == at(final, "document")
    assert AuditEvent.objects.filter(verb="finalised").count() == 1


def test_the_desk_prepares_a_draft_and_a_clinician_signs_it(draft, alice, as_person):
    desk = as_person(alice)
    assert desk.post(at(draft, "write_report"), typed(draft)).status_code == 302
    assert "A clinician signs it" in desk.get(at(draft, "write_report")).content.decode()
    assert desk.post(at(draft, "finalise_report"), typed(draft, leave_measures="on")).status_code == 403
    assert not Report.objects.final().exists()


def test_the_pdf_opens_for_those_who_may_and_that_is_written_down(desk, referral, bea, as_person):
    final = factories.report(referral, by=bea, final=True)
    answer = desk.get(at(final, "report_pdf"))
    assert answer["Content-Disposition"] == 'inline; filename="report-1.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "rotator cuff" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert AuditEvent.objects.get(verb="opened").subjects == [str(final.pk)]
    auditor = as_person(factories.person("Outsider", role=Role.AUDITOR))
    assert auditor.get(at(final, "report_pdf")).status_code == 403
    page = auditor.get(referral.get_absolute_url()).content.decode()
    assert "Report 1, signed" in page and "rotator" not in page


def test_the_pages_are_pictures_in_a_sandbox_and_show_what_is_being_typed(desk, draft):
    before = desk.get(at(draft, "preview_report"))
    policy = before["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "img-src data:" in policy
    after = desk.post(at(draft, "preview_report"), typed(draft, text_found="Line.\n" * 120))
    assert before.content.count(b"<img") == 1 and after.content.count(b"<img") >= 3
    assert Report.objects.get().content["texts"] == {}, "nothing is kept"


def test_a_draft_thrown_away_comes_back_by_undo(desk, draft, referral):
    answer = desk.post(at(draft, "discard_report"), headers={"HX-Request": "true"})
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert desk.get(at(draft, "write_report")).status_code == 410
    assert desk.post(undo).status_code == 302
    assert desk.get(at(draft, "write_report")).status_code == 200


def test_rows_of_measures_grow_and_never_beyond_what_a_report_holds(desk, draft):
    answer = desk.post(at(draft, "write_report"), typed(draft, m0_name="Flexion", then="rows"), follow=True)
    assert answer.context["form"].number_of_rows == 3
    huge = desk.post(at(draft, "write_report"), typed(draft, rows="999", m0_now="x"))
    assert huge.context["form"].number_of_rows == MOST_MEASURES
    assert desk.post(at(draft, "write_report"), typed(draft, rows="9" * 4000)).status_code in (200, 302)


@pytest.mark.parametrize(
    "fields, at_field",
    [
        ({"m0_now": "12"}, "m0_name"),
        ({"m0_name": "Flexion", "m0_now": "many"}, "m0_now"),
        ({"m0_name": "Flexion", "m0_now_on": "2099-01-01"}, "m0_now_on"),
        ({"m0_name": "Flexion", "m0_better": "sideways"}, "m0_better"),
        ({"text_found": "x" * 8001}, "text_found"),
    ],
)
def test_a_wrong_field_is_told_at_its_place(desk, draft, fields, at_field):
    answer = desk.post(at(draft, "write_report"), typed(draft, **fields))
    assert at_field in answer.context["form"].errors


def test_the_covering_letter_goes_to_the_partner_and_names_what_is_enclosed(desk, referral, bea):
    draft = factories.report(
        referral, by=bea, content=factories.REPORT | {"cover": "Good to share her care."}
    )
    reports.enclose_article(draft, by=bea, article=factories.article("Shoulder exercises"))
    answer = desk.get(at(reports.finalise(draft, by=bea), "cover_letter"))
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Good to share her care." in text and "Shoulder exercises" in text and "Okafor" in text


def zip_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scan.pdf", bytes(50_000_000))
    return packed.getvalue()


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "empty"),
        (b"MZ\x90\0" + bytes(500), "a program"),
        (zip_bomb(), "Office or ZIP"),
        (pdf(folded(300)), "far more than it seems to"),
        (b"<svg onload=alert(1)>", "neither a PDF nor a picture"),
        (PDF[:20], "cut off"),
        (bytes(PAPER_BYTES + 1), "larger than 20 MB"),
    ],
    ids=["nothing", "program", "zip bomb", "PDF bomb", "markup", "cut off", "too large"],
)
@pytest.mark.parametrize("name", ["enclose", "articles"])
def test_hostile_files_are_refused_in_words_within_two_seconds_and_leave_nothing(
    name, content, says, draft, bea, as_person
):
    desk = as_person(factories.person("Charlie", role=Role.MANAGER))
    address = at(draft, name) if name == "enclose" else reverse("referrals:articles")
    began = time.process_time()
    upload = SimpleUploadedFile("scan.pdf", content, content_type="application/pdf")
    answer = desk.post(address, {"file": upload, "name": "An article"})
    took = time.process_time() - began
    assert says in str(answer.context["form"].errors["file"])
    assert not StoredFile.objects.exists()
    assert took < 2


@pytest.mark.parametrize("name", ["a\r\nb: c.pdf", "x" * 255])
def test_a_name_is_never_a_header(name, desk, draft):
    desk.post(at(draft, "enclose"), {"file": SimpleUploadedFile(name, PNG)})
    row = ReportFile.objects.get()
    answer = desk.get(reverse("referrals:enclosed", args=[row.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="enclosure.png"'
    assert answer.content == PNG


def test_an_article_is_enclosed_from_the_library_and_retired_ones_are_not_offered(draft, as_person):
    desk = as_person(factories.person("Charlie", role=Role.MANAGER))
    address = reverse("referrals:articles")
    again, upload = ({"name": "Shoulder exercises", "file": SimpleUploadedFile("a.pdf", PDF)} for _ in "ab")
    assert desk.post(address, upload).status_code == 302
    assert "already an article" in str(desk.post(address, again).context["form"].errors["name"])
    article = Article.objects.get()
    desk.post(at(draft, "enclose"), {"articles": [article.pk]})
    row = ReportFile.objects.get()
    assert (row.name, reports.enclosed(row)) == ("Shoulder exercises", PDF)
    assert list(desk.get(at(draft, "enclose")).context["form"].fields["articles"].queryset) == []
    desk.post(reverse("referrals:take_out", args=[row.pk]))
    desk.post(reverse("referrals:retire_article", args=[article.pk]))
    assert list(desk.get(at(draft, "enclose")).context["form"].fields["articles"].queryset) == []
    assert StoredFile.objects.count() == 1, "the library keeps its own"


def test_a_picture_is_no_article(riverside, as_person):
    desk = as_person(factories.person("Charlie", role=Role.MANAGER))
    upload = {"name": "A picture", "file": SimpleUploadedFile("a.pdf", PNG)}
    answer = desk.post(reverse("referrals:articles"), upload)
    assert "Articles are PDFs" in str(answer.context["form"].errors["file"])
    assert not StoredFile.objects.exists()
