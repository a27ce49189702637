"""PDFs that hold far more than they seem to are refused within 2 s and without filling the memory."""

import base64
import io
import time
import tracemalloc
import zlib
from binascii import hexlify

import pytest

from referralcrm.core import unfolding
from referralcrm.core.content import recognised
from referralcrm.core.refused import Refused
from referralcrm.core.unfolding import MOST_LAYERS, MOST_UNFOLDED
from tests.core.test_content import PDF

MEGABYTE = 1024 * 1024
SMALL = 4 * MEGABYTE  # what most of these tests let unfold, to be quick


def folded(megabytes):
    """So many megabytes of nothing, of which one is folded and then repeated."""
    fold = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = fold.compress(bytes(MEGABYTE)) + fold.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + one * megabytes + b"\x03\x00"


def pdf(*streams, says=b"/Filter/FlateDecode"):
    objects = (b"1 0 obj<<%s>>stream\n%s\nendstream endobj\n" % (says, data) for data in streams)
    return b"%PDF-1.7\n" + b"".join(objects) + b"trailer<<>>\n%%EOF\n"


def ascii85(data):
    return base64.a85encode(data, wrapcol=72) + b"~>"


def layers(data, number):
    for _ in range(number):
        data = zlib.compress(data)
    return data


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(unfolding, "MOST_UNFOLDED", SMALL)


BOMB = folded(5)
BOMBS = {
    "one stream": pdf(BOMB),
    "many streams": pdf(*[folded(1)] * 5),
    "another name for it": pdf(BOMB, says=b"/Filter/Fl"),
    "no name for it": pdf(BOMB, says=b"/Fil#74er 7 0 R"),
    "an object stream": pdf(BOMB, says=b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
    "twice": pdf(zlib.compress(BOMB), says=b"/Filter[/FlateDecode % and\n/FlateDecode]"),
    "hexadecimal": pdf(hexlify(BOMB, "\n", 30) + b">"),
    "ASCII85": pdf(ascii85(BOMB)),
    "ASCII85 with its mark": pdf(b"<~" + ascii85(BOMB)),
    "one below the other": pdf(ascii85(hexlify(zlib.compress(ascii85(BOMB))))),
    "a line's other end": pdf(BOMB).replace(b"stream\n", b"stream\r\n"),
    "words before the line's end": pdf(BOMB).replace(b"stream\n", b"stream % all\r"),
    "a wrong sum at the end": pdf(BOMB[:-2] + b"\1\0"),
    "beginnings within": pdf(b"stream\n" * 40 + BOMB),
}


@pytest.mark.parametrize("how", BOMBS)
def test_a_pdf_that_holds_far_more_than_it_seems_to_is_refused(how, small):
    with pytest.raises(Refused, match="far more than it seems") as refused:
        recognised(io.BytesIO(BOMBS[how]))
    assert refused.value.field == "file"


HIDDEN = {
    "LZW": pdf(b"\x80\x0b\x60", says=b"/Filter/LZWDecode"),
    "LZW, in short": pdf(b"\x80\x0b\x60", says=b"/Filter[/A85/LZW]"),
    "LZW, disguised": pdf(b"\x80\x0b\x60", says=b"/Filter/LZ#57Decode"),
    "run lengths": pdf(b"\x81\0", says=b"/Filter/RunLengthDecode"),
    "run lengths, in short": pdf(b"\x81\0", says=b"/Filter[/Fl % and\n/RL]"),
    "a filter elsewhere": pdf(b"\x81\0", says=b"/Filter [ 7 0 R ]"),
    "layer upon layer": pdf(layers(b"nothing", MOST_LAYERS + 1)),
    "endless beginnings": pdf(b"stream\n" * 500),
    "endless escapes": b"%PDF-1.7\n" + b"#61" * unfolding.MOST_ESCAPES + b"%%EOF\n",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_pdf_that_hides_how_much_it_holds_is_refused(how, monkeypatch):
    monkeypatch.setattr(unfolding, "MOST_STREAMS", 500)
    with pytest.raises(Refused, match="or hides how much"):
        recognised(io.BytesIO(HIDDEN[how]))


def test_a_picture_of_a_pdf_has_a_size_like_any_other():
    with pytest.raises(Refused, match="200 million"):
        recognised(io.BytesIO(pdf(b"x", says=b"/Width 20000 /Height 20000 /Filter/JBIG2Decode")))


OVERLAPPING = b"stream\n\x78\x9c" + (b"\0\x09\0\xf6\xffstream\n\x78\x9c" + b"\0\0\0\xff\xff" * 2000) * 1800


def test_a_refusal_does_not_fill_the_memory():
    bomb = io.BytesIO(pdf(folded(3 * MOST_UNFOLDED // MEGABYTE)))
    tracemalloc.start()
    with pytest.raises(Refused):
        recognised(bomb)
    assert tracemalloc.get_traced_memory()[1] < 30 * MEGABYTE
    tracemalloc.stop()


def test_a_refusal_does_not_take_long():
    """18 MB in which each of 1,800 streams reads on through all that follow, and makes nothing."""
    start = time.process_time()
    with pytest.raises(Refused):
        recognised(io.BytesIO(pdf(OVERLAPPING)))
    assert time.process_time() - start < 2


SCAN = b"/Width 4960/Height 7016/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode"
HONEST = {
    "A4 in colour at 600 dots an inch": lambda: pdf(folded(100), says=SCAN),
    "text that could be anything": lambda: pdf(b"(downstream\n) Tj ET", b"q 1 0 0 1 0 0 cm", b"", b"x"),
    "cut short": lambda: pdf(zlib.compress(b"short")[:-4]),
    "a font's folded name": lambda: PDF.replace(b"/Catalog", b"/Catalog/BaseFont/ABCDEF+My#20Font"),
    "three bytes of a picture": lambda: pdf(bytes(400) + b"/RL " + bytes(400)),
}


@pytest.mark.parametrize("what", HONEST)
def test_an_honest_pdf_is_taken_whole(what):
    stream = io.BytesIO(HONEST[what]())
    assert recognised(stream).extension == "pdf"
    assert stream.tell() == 0
