"""What a browser sends stays in memory, and only so much of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import PNG


@pytest.fixture
def small(settings):
    settings.UPLOADS_BYTES = 3 * len(PNG)


def send(browser, at, number):
    return browser.post(at, {"file": [SimpleUploadedFile("page.png", PNG) for _ in range(number)]})


def test_the_files_of_a_request_have_a_limit_together(small, as_person, alice):
    at = reverse("exchange:outcomes")
    assert send(as_person(alice), at, 3).status_code == 200
    assert send(as_person(alice), at, 4).status_code == 400


def test_nobody_who_is_not_signed_in_fills_the_memory(client, db):
    assert send(client, reverse("practice:sign_in"), 1).status_code == 400
