import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from referralcrm.practice.models import User


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("an upload went to disk")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)


def upload(content):
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("letter.pdf", content)})
    request.user = User()
    return request.FILES["file"]


def test_an_upload_stays_in_memory_and_is_whole():
    content = b"%PDF" + b"x" * 5_000_000
    assert upload(content).read() == content


def test_of_a_file_that_is_too_large_only_the_size_is_kept(settings):
    settings.UPLOAD_BYTES = 100_000
    file = upload(b"x" * 300_000)
    assert file.size == 300_000
    assert len(file.read()) < 100_000
