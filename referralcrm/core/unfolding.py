"""How much a PDF unfolds to, so that none is kept that would fill the memory of whoever opens it.

Streams of a PDF are folded by filters, one over another (ISO 32000-1, 7.4). What a stream says of itself may
be hidden or wrong, so its bytes decide: deflate is unfolded piece by piece, also below hexadecimal and
ASCII85, layer after layer, counted and thrown away. LZW and run lengths are slow to count and came out of
use around 2000: whatever names them is refused. Pictures are held to the size they name. An encrypted PDF,
and a picture written into the text of a page, cannot be counted from outside.
"""

import binascii
import re
import struct
import zlib
from collections import deque
from itertools import chain, islice

MOST_UNFOLDED = (
    256 * 1024 * 1024
)  # bytes read and made, all in all; A4 in colour at 600 dots an inch is 104 MB
MOST_STREAMS = 50_000
MOST_ESCAPES = 100_000  # names written with numbers for letters (7.3.5)
MOST_LAYERS = 8
HEAD, NEAR, FOLDED, PIECE = 64, 300, 4096, 1024 * 1024
WHITE = b"\0\t\n\f\r "
FIRST = 33 * sum(85**place for place in range(5))  # "!!!!!" is nought in ASCII85

BEGINS = re.compile(rb"stream[^\r\n]{0,16}+[\r\n]+")
SIDES = re.compile(rb"/(?:Width|Height)\s{1,9}(\d{1,9})")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
UNCOUNTED = re.compile(rb"/(?:LZW|RunLength)Decode|/LZW\b|/Filter[\s\[]{0,9}\d{1,9}\s{1,9}\d{1,5}\s{1,9}R\b")
MAY_BE_RUNS = re.compile(rb"/RL\b")


class TooFar(Exception):
    """More comes out than there is room for."""


class Room:
    """What may still be read and made; raises TooFar when it is used up."""

    def __init__(self, left):
        self.left = left

    def through(self, pieces, *, weight=1):
        for piece in pieces:
            self.left -= len(piece) * weight
            if self.left < 0:
                raise TooFar
            yield piece


def most_points(data: bytes) -> int:
    """The points of the largest picture that a PDF names."""
    sides = [int(side) for side in SIDES.findall(data)]
    return max((one * other for one, other in zip(sides, sides[1:], strict=False)), default=0)


def unfolds_too_far(data: bytes) -> bool:
    """Whether the streams of this PDF hold more than MOST_UNFOLDED bytes, or hide how many they hold."""
    if _names_what_is_not_counted(data):
        return True
    room, left = Room(MOST_UNFOLDED), MOST_STREAMS
    try:
        for begin in BEGINS.finditer(data):
            if data[begin.start() - 3 : begin.start()] != b"end":
                left -= 1
                _unfold(data, begin.end(), room)
            if left < 0:
                return True
    except TooFar:
        return True
    return False


def _names_what_is_not_counted(data) -> bool:
    plain, escapes = ESCAPED.subn(lambda code: binascii.unhexlify(code[1]), data, count=MOST_ESCAPES)
    if escapes == MOST_ESCAPES or UNCOUNTED.search(plain):
        return True
    short = [found.start() for found in islice(MAY_BE_RUNS.finditer(plain), MOST_ESCAPES)]
    return any(
        b"/F" in plain[max(0, at - NEAR) : at] for at in short
    )  # elsewhere it is three bytes of a picture


def _unfold(data, at, room):
    """Take off layer after layer of what begins here, for as long as its head says that there is one."""
    layer = _layer(data[at : at + HEAD])
    pieces = (data[place : place + FOLDED] for place in range(at, len(data), FOLDED)) if layer else ()
    for _ in range(MOST_LAYERS):
        if layer is None:
            deque(room.through(pieces), maxlen=0)
            return
        _, taken_off, weight = layer
        head, pieces = _looked_at(taken_off(room.through(pieces, weight=weight)))
        layer = _layer(head)
    raise TooFar


def _layer(head):
    return next((layer for layer in LAYERS if layer[0](head)), None)


def _looked_at(pieces):
    """The first bytes of the pieces, and all of them still."""
    seen = []
    while sum(map(len, seen)) < HEAD and (piece := next(pieces, None)) is not None:
        seen.append(piece)
    whole = b"".join(seen)
    return whole[:HEAD], chain([whole], pieces)


def _is_deflated(head) -> bool:
    """Two bytes that begin each deflated stream (RFC 1950, 2.2)."""
    return len(head) > 1 and head[0] & 15 == 8 and not head[1] & 32 and (head[0] * 256 + head[1]) % 31 == 0


def _inflated(pieces):
    """Neither the window that is named nor the sum at the end is believed: some readers do without."""
    unfold = zlib.decompressobj(-zlib.MAX_WBITS)
    first = next(pieces, b"")
    try:
        for piece in chain([first[2:]], pieces):
            while piece and not unfold.eof:
                yield unfold.decompress(piece, PIECE)
                piece = unfold.unconsumed_tail
            if unfold.eof:
                return
    except zlib.error:
        return  # folded by another filter, or damaged: what came before counts


def _is_hexadecimal(head) -> bool:
    return re.fullmatch(rb"\s*[0-9A-Fa-f]{2}[0-9A-Fa-f\s\0]*(?:>.*)?", head, re.DOTALL) is not None


def _unhexed(pieces):
    rest = b""
    for piece in pieces:
        text, end, _ = (rest + piece.translate(None, WHITE)).partition(b">")
        rest = text[len(text) // 2 * 2 :]
        try:
            yield binascii.unhexlify(text[: len(text) // 2 * 2])
        except binascii.Error:
            return
        if end:
            return


def _is_ascii85(head) -> bool:
    """Whether something folded stands below it; any text of a page could be ASCII85."""
    if re.fullmatch(rb"(?:<~)?[!-uz\s\0]+(?:~.*)?", head, re.DOTALL) is None:
        return False
    below = b"".join(_from_ascii85(iter([head])))
    return len(below) > 1 and (_is_deflated(below) or _is_hexadecimal(below) or _is_ascii85(below))


def _from_ascii85(pieces):
    rest = b""
    for piece in pieces:
        text, end, _ = (rest + piece.translate(None, WHITE)).removeprefix(b"<~").partition(b"~")
        text = text.replace(b"z", b"!!!!!")
        whole = len(text) // 5 * 5
        fives = zip(*[iter(text[:whole])] * 5, strict=True)
        numbers = [
            ((((a * 85 + b) * 85 + c) * 85 + d) * 85 + e - FIRST) & 0xFFFFFFFF for a, b, c, d, e in fives
        ]
        yield struct.pack(f">{len(numbers)}I", *numbers)
        rest = text[whole:]
        if end:
            return


LAYERS = [  # how it is known, how it is taken off, and how much more than reading a byte that costs
    (_is_deflated, _inflated, 1),
    (_is_hexadecimal, _unhexed, 1),
    (_is_ascii85, _from_ascii85, 8),
]
