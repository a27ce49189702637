"""What a file is, told by its bytes alone."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.core.content import CONTENTS, recognised
from referralcrm.core.refused import Refused
from tests.factories import PNG

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EXIF = b"\xff\xe1\x00\x06Exif"
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00"
JPEG = b"\xff\xd8" + EXIF + FRAME + b"\xff\xda\x00\x02picture\xff\xd9"
TIFF = b"II*\0\x08\0\0\0" + bytes(20)
WEBP = b"RIFF\x14\0\0\0WEBPVP8 " + bytes(20)
HEIC = b"\0\0\0\x18ftypheic" + bytes(20)
GOOD = {"pdf": PDF, "jpg": JPEG, "png": PNG, "tif": TIFF, "webp": WEBP, "heic": HEIC}
HUGE_PNG = PNG[:16] + (50_000).to_bytes(4, "big") * 2 + PNG[24:]
HUGE_JPEG = JPEG.replace(b"\x08\x00\x10\x00\x20", b"\x08\xff\xff\xff\xff")


@pytest.mark.parametrize("extension", GOOD)
def test_paper_is_told_by_its_bytes(extension):
    stream = io.BytesIO(GOOD[extension])
    assert recognised(stream).extension == extension
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "empty"),
        (b"MZ\x90\0" + bytes(500), "a program"),
        (b"\x7fELF" + bytes(500), "a program"),
        (b"PK\x03\x04" + bytes(500), "Save it as PDF"),
        (b"<html><script>alert(1)</script>", "neither a PDF nor a picture"),
        (b"GIF89a" + bytes(500), "neither a PDF nor a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "neither a PDF nor a picture"),
        (b" " + PDF, "neither a PDF nor a picture"),
        (PDF[:-10], "cut off"),
        (PNG[:-10], "cut off"),
        (PNG + b"<script>", "cut off"),
        (JPEG[:-2], "cut off"),
        (JPEG[:20], "cut off"),
        (b"\xff\xd8\xff", "cut off"),
        (b"\x89PNG\r\n\x1a\n", "cut off"),
        (WEBP[:20], "cut off"),
        (TIFF[:4] + b"\xff\xff\xff\xff", "cut off"),
        (HUGE_PNG, "200 million"),
        (HUGE_JPEG, "200 million"),
    ],
)
def test_everything_else_is_refused_in_words(content, says):
    with pytest.raises(Refused, match=says) as refused:
        recognised(io.BytesIO(content))
    assert refused.value.field == "file"


@given(st.sampled_from([b"", *(content[:12] for content in GOOD.values())]), st.binary(max_size=300))
def test_no_bytes_make_it_stumble(start, rest):
    with suppress(Refused):
        assert recognised(io.BytesIO(start + rest)).type in CONTENTS
