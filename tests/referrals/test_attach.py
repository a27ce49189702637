"""A fax, letter or card with a referral: sealed for its patient, shown to who may, harmless to open."""

import io
import json
import tracemalloc
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.core.crypto import Tampered, new_key, wrap
from referralcrm.core.refused import Refused
from referralcrm.practice import files
from referralcrm.practice.actions.trash import remove_expired
from referralcrm.practice.models import FilePiece, StoredFile
from referralcrm.practice.states import Role
from referrals.actions import attach
from referrals.models import Attachment, Referral
from referrals.states import MOST_PAPER, PAPER_BYTES
from tests import factories
from tests.core.test_content import GOOD, JPEG, PDF
from tests.factories import PNG
from tests.referrals.conftest import TUESDAY

MARKED = PDF.replace(b"Catalog", b"Kim Moreau has a bad knee")
EVIL_PDF = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
POLYGLOT = JPEG.replace(b"Exif", b"<!--").replace(b"picture", b"--><script>alert(1)</script>")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=3))


@pytest.fixture
def send(desk, referral):
    """``send(PDF, "fax.pdf")`` posts the form with that file."""

    def post(content, name="fax.pdf", **typed):
        upload = SimpleUploadedFile(name, content, content_type="image/png")
        typed = {"file": upload, "kind": "fax", "received_on": TUESDAY.isoformat()} | typed
        return desk.post(reverse("referrals:attach", args=[referral.pk]), typed)

    return post


def at(attached, name="attachment"):
    return reverse(f"referrals:{name}", args=[attached.pk])


def error(response):
    return str(response.context["form"].errors["file"])


@pytest.mark.parametrize("extension", GOOD)
def test_paper_comes_back_exactly_and_as_what_it_is(extension, send, desk, referral, alice):
    response = send(GOOD[extension], "scan.exe", title="The first fax")
    assert response["Location"] == referral.get_absolute_url()
    attached = Attachment.objects.get()
    assert (attached.title, attached.kind, attached.added_by) == ("The first fax", "fax", alice)
    answer = desk.get(at(attached))
    assert answer.content == GOOD[extension]
    assert answer["Content-Type"] == attached.content.type
    assert answer["Content-Disposition"] == f'attachment; filename="fax-{TUESDAY}.{extension}"'


@pytest.mark.parametrize("content", [EVIL_PDF, POLYGLOT, PNG])
@pytest.mark.parametrize("query", ["", "?show"])
def test_whatever_hides_in_it_no_browser_makes_a_page_of_it(content, query, send, desk):
    send(content)
    answer = desk.get(at(Attachment.objects.get()) + query)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "allow-scripts" not in policy
    is_inline = query and content is not EVIL_PDF
    assert answer["Content-Disposition"].startswith("inline" if is_inline else "attachment")
    assert answer["Content-Type"] in {"application/pdf", "image/jpeg", "image/png"}


@pytest.mark.parametrize(
    "content, name, says",
    [
        (b"", "fax.pdf", "empty"),
        (b"MZ\x90\0" + bytes(500), "fax.pdf", "a program"),
        (b"<html>", "fax.pdf", "neither a PDF nor a picture"),
        (PDF.replace(b"/Type", b"/Filter/LZWDecode"), "fax.pdf", "far more than it seems to"),
        (bytes(PAPER_BYTES + 1), "fax.pdf", "larger than 20 MB"),
    ],
)
def test_what_is_no_paper_is_refused_beside_the_field_with_the_typing_kept(content, name, says, send):
    response = send(content, name, title="The first fax")
    assert says in error(response)
    assert response.context["form"]["title"].value() == "The first fax"
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["fax.exe", "x" * 255, "a\r\nb: c.pdf", '=HYPERLINK("evil.example").pdf'])
def test_a_name_is_words_and_never_a_path_or_a_header(name, send, desk):
    assert send(PDF, name).status_code == 302
    answer = desk.get(at(Attachment.objects.get()))
    assert answer["Content-Disposition"] == f'attachment; filename="fax-{TUESDAY}.pdf"'


def test_several_files_come_together_or_not_at_all(desk, referral):
    def post(*contents):
        uploads = [SimpleUploadedFile("page.png", content) for content in contents]
        typed = {"file": uploads, "kind": "letter", "received_on": TUESDAY.isoformat()}
        return desk.post(reverse("referrals:attach", args=[referral.pk]), typed)

    assert "a program" in error(post(PNG, b"MZ" + bytes(90)))
    assert not Attachment.objects.exists()
    assert post(PNG, PDF).status_code == 302
    assert Attachment.objects.count() == 2
    assert "At most 10 files" in error(post(*[PNG] * 11))


def test_a_thousand_uploads_at_once_are_refused_calmly(desk, referral):
    uploads = [SimpleUploadedFile("page.png", PNG) for _ in range(1000)]
    typed = {"file": uploads, "kind": "letter", "received_on": TUESDAY.isoformat()}
    response = desk.post(reverse("referrals:attach", args=[referral.pk]), typed)
    assert response.status_code == 400
    assert not StoredFile.objects.exists()


def test_one_referral_takes_no_more_than_people_can_read(send, referral, alice):
    for _ in range(MOST_PAPER):
        attach(referral, by=alice, file=SimpleUploadedFile("fax.png", PNG), kind="fax")
    assert f"{MOST_PAPER} files" in error(send(PNG))


def test_neither_bytes_nor_title_nor_name_stand_in_the_database(send):
    send(MARKED, "Kim Moreau.pdf", title="Kim's knee")
    with connection.cursor() as cursor:
        for table in (
            "referrals_attachment",
            "practice_storedfile",
            "practice_filepiece",
            "audit_auditevent",
        ):
            cursor.execute(f"SELECT t::text FROM {table} t")
            text = str(cursor.fetchall())
            assert "Kim" not in text and b"Kim".hex() not in text, table


def test_without_the_patients_key_nothing_opens(send, kim):
    send(MARKED)
    type(kim).objects.filter(pk=kim.pk).update(wrapped_key=wrap(new_key(), bound_to=f"patient:{kim.pk}"))
    attached = Attachment.objects.get()
    with pytest.raises(Tampered):
        b"".join(files.read(attached.file, keeper=attached.patient))
    with pytest.raises(Tampered):
        assert attached.title


def test_opening_is_audited_with_who_and_which_and_whose(send, desk, alice, kim):
    send(PDF)
    attached = Attachment.objects.get()
    desk.get(at(attached))
    assert AuditEvent.objects.get(verb="opened").subjects == [str(attached.pk)]
    read = AuditEvent.objects.get(verb="read", note="referrals:attachment")
    assert (read.actor_id, read.subjects) == (alice.pk, [str(kim.pk)])


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_see_patients_sees_that_there_is_paper_and_nothing_of_it(role, send, referral, as_person):
    send(PDF, title="Kim's knee")
    other = as_person(factories.person("Outsider", role=role))
    page = other.get(referral.get_absolute_url()).content.decode()
    assert "Fax" in page and "Kim" not in page
    assert other.get(at(Attachment.objects.get())).status_code == 403


def test_a_deleted_one_is_gone_and_undo_brings_it_back(send, desk, referral):
    send(PDF)
    attached = Attachment.objects.get()
    response = desk.post(at(attached, "delete_attachment"), {"next": "/"}, headers={"HX-Request": "true"})
    undo = json.loads(response["HX-Trigger"])["toast"]["undo"]
    assert desk.get(at(attached)).status_code == 410
    assert desk.post(undo).status_code == 302
    assert desk.get(at(attached)).content == PDF


def test_thirty_days_in_the_trash_end_the_file_as_well(send, desk, riverside):
    send(PDF)
    desk.post(at(Attachment.objects.get(), "delete_attachment"))
    with time_machine.travel("2026-12-26T10:00:00Z"):
        remove_expired()
    assert not (Attachment.objects.exists() or StoredFile.objects.exists() or FilePiece.objects.exists())


def test_with_its_referral_in_the_trash_paper_cannot_be_opened(send, desk, referral):
    send(PDF)
    desk.post(reverse("referrals:delete", args=[referral.pk]))
    assert desk.get(at(Attachment.objects.get())).status_code == 404


def test_a_new_referral_takes_its_fax_along(desk, okafor):
    typed = {"direction": "received", "partner_text": "Dr Adaeze Okafor", "patient_name": "Ruth Adler"}
    typed |= {
        "happened_on": TUESDAY.isoformat(),
        "file": SimpleUploadedFile("fax.pdf", PDF),
        "paper_kind": "card",
    }
    assert desk.post(reverse("referrals:create"), typed).status_code == 302
    attached = Attachment.objects.get()
    assert (attached.referral, attached.kind, attached.received_on) == (
        Referral.objects.get(),
        "card",
        TUESDAY,
    )


def test_a_form_with_an_error_says_that_the_file_must_be_chosen_again(desk, okafor):
    typed = {"direction": "received", "file": SimpleUploadedFile("fax.pdf", PDF)}
    response = desk.post(reverse("referrals:create"), typed)
    assert "Choose the file again" in error(response)
    assert not Attachment.objects.exists()


def test_a_large_fax_is_never_held_many_times_over(referral, alice):
    """Beside the upload itself (20 MB) only a few pieces are in memory while it is sealed."""
    upload = io.BytesIO(b"%PDF-1.4\n" + bytes(PAPER_BYTES - 100) + b"\n%%EOF")
    upload.name = "fax.pdf"
    tracemalloc.start()
    try:
        attach(referral, by=alice, file=upload, kind="fax")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    print(f"at most {peak / files.MEGABYTE:.1f} MB beside the upload")
    assert peak < 20 * files.MEGABYTE


def test_a_day_that_has_not_come_is_said_at_its_field(send):
    response = send(PDF, received_on=(TUESDAY + timedelta(days=1)).isoformat())
    assert "received_on" in response.context["form"].errors


def test_an_action_refuses_what_a_form_would(referral, alice):
    with pytest.raises(Refused, match="a program"):
        attach(referral, by=alice, file=SimpleUploadedFile("fax.pdf", b"MZ" + bytes(90)), kind="fax")


def test_another_file_under_the_key_of_the_last_is_not_silently_lost(send):
    key = "0198c1a0-0000-7000-8000-000000000001"
    assert send(PDF, once=key).status_code == send(PDF, once=key).status_code == 302
    assert send(JPEG, once=key).status_code == 409
    assert Attachment.objects.count() == 1
