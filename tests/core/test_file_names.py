"""Names of files as a browser, or somebody who is none, sends them: refused beside the field, never cut."""

import pytest
from django.urls import reverse

from referralcrm.core.file_names import HAS_PATH, HAS_UNSEEN, TOO_LONG
from referralcrm.practice import files
from referralcrm.practice.models import StoredFile
from referrals.models import Attachment
from tests import factories
from tests.factories import PNG

BAD = {
    "../../etc/passwd": HAS_PATH,
    "/etc/cron.d/x": HAS_PATH,
    "..": HAS_PATH,
    "letter.png/": HAS_PATH,
    "C:\\x\\y.pdf": HAS_PATH,
    "..\\boot.ini": HAS_PATH,
    "..&#47;passwd": HAS_PATH,
    "letter.png\0.exe": HAS_UNSEEN,
    "letter\x1b[2J.png": HAS_UNSEEN,
    "letter\u202egnp.exe": HAS_UNSEEN,
    "letter\u2066.png": HAS_UNSEEN,
    "\u200d": HAS_UNSEEN,
    "x" * 256: TOO_LONG,
    "x" * 5000: TOO_LONG,
    "雪" * 5000: TOO_LONG,
}
GOOD = {
    "scan.png": "scan.png",
    "Brief von Dr. Müller (2).png": "Brief von Dr. Müller (2).png",
    "..scan..png": "..scan..png",
    "10:30 knee 100%2F.png": "10:30 knee 100%2F.png",
    "רופא.png": "רופא.png",
    "👩‍⚕️.png": "👩⚕️.png",
    "x" * 255: "x" * 255,
}


def send_raw(client, address, *names, content=PNG, header='filename="{}"', **typed):
    """POST a file of each name byte for byte as it is, which the test client would tidy."""
    fields = [(f'name="{field}"', value.encode()) for field, value in typed.items()]
    files = [(f'name="file"; {header.format(name)}', content) for name in names]
    parts = [
        b"--cut\r\nContent-Disposition: form-data; " + said.encode() + b"\r\n\r\n" + value + b"\r\n"
        for said, value in fields + files
    ]
    return client.post(address, b"".join([*parts, b"--cut--\r\n"]), "multipart/form-data; boundary=cut")


@pytest.fixture
def send(alice, as_person, okafor_s_referral):
    address = reverse("referrals:attach", args=[okafor_s_referral.pk])
    return lambda *names, **how: send_raw(as_person(alice), address, *names, kind="fax", title="Kept", **how)


@pytest.fixture
def okafor_s_referral(riverside):
    return factories.referral(partner=factories.partner("Dr Adaeze Okafor"))


def error(answer):
    return str(answer.context["form"].errors["file"])


@pytest.mark.parametrize("name", BAD, ids=range(len(BAD)))
def test_a_name_that_is_no_name_is_refused_with_the_typing_kept(name, send):
    answer = send(name)
    assert BAD[name] in error(answer).replace("&#x27;", "'")
    assert answer.context["form"]["title"].value() == "Kept"
    assert not StoredFile.objects.exists()


def test_the_other_spelling_of_a_header_is_read_alike(send):
    answer = send("..%2F..%2Fetc%2Fpasswd", header="filename*=UTF-8''{}")
    assert HAS_PATH in error(answer)


def test_one_bad_name_keeps_all_files_of_a_form_out(send):
    assert HAS_PATH in error(send("page 1.png", "../page 2.png"))
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", GOOD, ids=range(len(GOOD)))
def test_any_other_name_is_kept(name, send):
    assert send(name).status_code == 302
    attached = Attachment.objects.get()
    assert files.name_of(attached.file, keeper=attached.patient) == GOOD[name]


def test_a_form_without_a_file_is_one_without_a_file(send):
    assert "Choose the file" in error(send(""))
    assert "Choose the file" in error(send())


def test_a_header_beyond_all_measure_is_a_bad_request(send):
    assert send("x" * 40_000).status_code == 400
    assert not StoredFile.objects.exists()
