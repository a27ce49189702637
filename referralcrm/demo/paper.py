"""Paper in the demo: a few faxes and cards, details that are missing, and one fax nobody could read."""

import struct
import zlib
from datetime import timedelta

from django.core.files.base import ContentFile

from referrals.actions import ask, attach, receive
from referrals.actions.patients import make
from referrals.models import Patient, Referral
from referrals.models.patients import person_index
from referrals.states import Channel, Detail, Paper, Source

UNREAD = 1  # referrals made here, beside those of the log
WIDTH, HEIGHT = 340, 480  # points of a scanned page
LINES = [
    (Paper.FAX, "Referral letter", "pdf"),
    (Paper.CARD, "Thank-you card from the family", "png"),
    (Paper.LETTER, "Findings of the MRI", "pdf"),
    (Paper.FAX, "Cover page", "png"),
]


def make_paper(world):
    """Attach to the newest referrals from partners, ask for details, and leave one fax to be finished."""
    newest = Referral.objects.received().open().filter(partner__isnull=False).order_by("-happened_on", "-id")
    received = list(newest[:6])
    jo = world.people["staff"]
    for referral, (kind, title, extension) in zip(received, LINES, strict=False):
        file = ContentFile(PAGES[extension](title), name=f"scan.{extension}")
        attach(referral, by=jo, file=file, kind=kind, title=title, received_on=referral.happened_on)
    for referral, missing in zip(received[-2:], ([Detail.PHONE], [Detail.IMAGING]), strict=False):
        ask(referral, by=jo, missing=missing, asked_on=max(referral.happened_on, world.today - timedelta(2)))
    _nobody_could_read(world, jo)
    _there_twice()


def _nobody_could_read(world, jo):
    day = world.working_day_before(1)
    unread = receive(
        by=jo,
        patient=make(by=jo),
        source=Source.UNKNOWN,
        to_finish=True,
        happened_on=day,
        channel=Channel.FAX,
        location=world.locations[0],
    )
    scan = ContentFile(page_of_grey(shade=170), name="scan.png")
    attach(unread, by=jo, file=scan, kind=Paper.FAX, title="Fax, hardly legible", received_on=day)


def _there_twice():
    """One patient whom two people logged, each with another number."""
    known = Patient.objects.filter(person_index__isnull=False).order_by("pk")
    one, other = known.first(), known.last()
    other.name, other.birth_date = one.name, one.birth_date
    other.person_index = person_index(other.practice_id, one.name, one.birth_date)
    other.save(update_fields=["name_sealed", "birth_date_sealed", "person_index"])


def page_of_text(title: str) -> bytes:
    """A PDF of one page that says ``title``."""
    text = f"BT /F1 22 Tf 60 760 Td ({title}) Tj ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    page, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(page))
        page += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(page)
    return page + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def page_of_grey(title: str = "", *, shade: int = 60) -> bytes:
    """A PNG like a scanned page: lines of ``shade`` (0 is black) where words would stand."""
    paper, line = bytes([0]) + bytes([250]) * WIDTH, bytes([0]) + bytes([250]) * 30
    rows = []
    for y in range(HEIGHT):
        is_text = 60 <= y < HEIGHT - 60 and y % 22 < 8
        length = WIDTH - 60 - (y // 22 * 37) % 120
        rows.append(
            line + bytes([shade]) * length + bytes([250]) * (WIDTH - 30 - length) if is_text else paper
        )
    size = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PAGES = {"pdf": page_of_text, "png": page_of_grey}
