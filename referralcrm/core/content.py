"""What a file is, told by its bytes alone: neither its name nor what the browser says counts.

Signatures and structure after the formats' own specifications: ISO 32000 (PDF), ITU-T T.81 (JPEG),
ISO 15948 (PNG), TIFF 6.0, RFC 9649 (WebP) and ISO 23008-12 (HEIF).
"""

import os
from dataclasses import dataclass

from referralcrm.core.refused import Refused
from referralcrm.core.unfolding import most_points, unfolds_too_far

HEAD, TAIL = 64, 4096  # bytes looked at where a format begins and ends
MOST_PIXELS = 200_000_000  # a page of A3 at 600 dots an inch is 70 million
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
WITHOUT_SIZE = {0x01, *range(0xD0, 0xD9)}  # JPEG markers that carry nothing
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG markers that carry the picture's size

NOT_PAPER = "This is neither a PDF nor a picture, whatever its name says. Scan it as PDF, JPEG or PNG."
SEEN = {
    b"MZ": "This is a program, not a letter.",
    b"\x7fELF": "This is a program, not a letter.",
    b"PK": "This is an Office or ZIP file. Save it as PDF first.",
    b"\xd0\xcf\x11\xe0": "This is an old Office file. Save it as PDF first.",
    b"{\\rtf": "This is a text document. Save it as PDF first.",
}
CUT_OFF = "This file is cut off. Scan or save it again."
UNFOLDS = "This PDF holds far more than it seems to, or hides how much. Print it to a new PDF, or scan it."
TOO_LARGE = "This picture has more than 200 million points. Scan it at 300 dots an inch."


@dataclass(frozen=True)
class Content:
    """A kind of file that paper comes as; only ``is_picture`` is ever shown inside a page."""

    type: str
    extension: str
    label: str
    is_picture: bool = False


PDF = Content("application/pdf", "pdf", "PDF")
JPEG = Content("image/jpeg", "jpg", "picture", is_picture=True)
PNG = Content("image/png", "png", "picture", is_picture=True)
TIFF = Content("image/tiff", "tif", "TIFF")
WEBP = Content("image/webp", "webp", "WebP")
HEIC = Content("image/heic", "heic", "HEIC")
CONTENTS = {content.type: content for content in (PDF, JPEG, PNG, TIFF, WEBP, HEIC)}


def recognised(stream) -> Content:
    """What a seekable binary stream holds, which is left at its beginning.

    No picture is decoded, a PDF unfolded only to count. Raises Refused, in words for the person who sent it.
    """
    head, tail = _ends(stream)
    try:
        for begins, judge in JUDGES:
            if begins(head):
                return judge(stream, head, tail)
    finally:
        stream.seek(0)
    said = next((words for start, words in SEEN.items() if head.startswith(start)), NOT_PAPER)
    raise Refused(said, field="file")


def _ends(stream):
    size = stream.seek(0, os.SEEK_END)
    if not size:
        raise Refused("This file is empty.", field="file")
    stream.seek(max(0, size - TAIL))
    tail = stream.read(TAIL)
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    return head, tail


def _pdf(stream, head, tail):
    _whole(PDF, b"%%EOF" in tail)
    data = stream.read()
    if most_points(data) > MOST_PIXELS:
        raise Refused(TOO_LARGE, field="file")
    if unfolds_too_far(data):
        raise Refused(UNFOLDS, field="file")
    return PDF


def _png(stream, head, tail):
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    _check_points(width, height)
    return _whole(PNG, head[12:16] == b"IHDR" and tail.endswith(b"IEND\xaeB`\x82"))


def _jpeg(stream, head, tail):
    _check_points(*_jpeg_size(stream))
    return _whole(JPEG, b"\xff\xd9" in tail)


def _tiff(stream, head, tail):
    order = "little" if head[:2] == b"II" else "big"
    size = stream.seek(0, os.SEEK_END)
    return _whole(TIFF, 8 <= int.from_bytes(head[4:8], order) < size)


def _webp(stream, head, tail):
    size = stream.seek(0, os.SEEK_END)
    return _whole(WEBP, int.from_bytes(head[4:8], "little") + 8 <= size)


def _heic(stream, head, tail):
    return HEIC


def _is_heif(head):
    return head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS


JUDGES = [
    (lambda head: head.startswith(b"%PDF-"), _pdf),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda head: head[:4] in (b"II*\0", b"MM\0*"), _tiff),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    (_is_heif, _heic),
]


def _whole(content, is_whole):
    if not is_whole:
        raise Refused(CUT_OFF, field="file")
    return content


def _check_points(width, height):
    if not width or not height:
        raise Refused(CUT_OFF, field="file")
    if width * height > MOST_PIXELS:
        raise Refused(TOO_LARGE, field="file")


def _jpeg_size(stream):
    """Width and height from the first frame header; (0, 0) when there is none before the picture's data."""
    stream.seek(2)
    while len(start := stream.read(2)) == 2 and start[0] == 0xFF:
        marker = start[1]
        if marker == 0xFF:  # padding before a marker
            stream.seek(-1, os.SEEK_CUR)
            continue
        if marker in WITHOUT_SIZE:
            continue
        length = int.from_bytes(stream.read(2), "big")
        if marker in FRAMES:
            frame = stream.read(5)
            return int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
        if length < 2 or marker == 0xDA:
            break
        stream.seek(length - 2, os.SEEK_CUR)
    return 0, 0
