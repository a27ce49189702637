"""Files of a practice, sealed in Postgres: one backup, one transaction and both walls hold them.

Every file has a key of its own. ``keeper`` is whom it is about (a row with ``data_key``, such as a
patient): their key then seals the file's, so that destroying one destroys both. Without a keeper
the keyring wraps it. Nothing here touches a disk.
"""

import io
from itertools import islice

from referralcrm.core.crypto import new_key, seal, unseal, unwrap, wrap
from referralcrm.core.reading import note_read
from referralcrm.core.refused import Refused
from referralcrm.practice.models import FilePiece, StoredFile

PIECE_BYTES = 256 * 1024
AT_ONCE = 8  # pieces written by one statement
MEGABYTE = 1024 * 1024


def put(stream, *, name, content_type, limit, keeper=None) -> StoredFile:
    """Seal what a binary ``stream`` holds, at most ``limit`` bytes.

    Raises Refused for more than that and for nothing at all; roll back then, pieces are written already.
    """
    key = new_key()
    file = StoredFile(content_type=content_type)
    file.wrapped_key = _close_key(file, key, keeper)
    file.name_sealed = seal(name.encode(), key=key, bound_to=f"file name:{file.pk}")
    file.save()
    pieces = _sealed_pieces(file, stream, key, limit)
    while some := list(islice(pieces, AT_ONCE)):
        FilePiece.objects.bulk_create(some)
    if not file.size:
        raise Refused("This file is empty.", field="file")
    file.save(update_fields=["size"])
    return file


def read(file, *, keeper=None):
    """The file's bytes, piece by piece. Raises Tampered when it or its keeper is another."""
    key = _open_key(file, keeper)
    for number in range(_number_of_pieces(file)):
        yield _piece(file, number, key)


def name_of(file, *, keeper=None) -> str:
    """What the file was called where it came from: any text, never a path to follow."""
    return unseal(file.name_sealed, key=_open_key(file, keeper), bound_to=f"file name:{file.pk}").decode()


def opened(file, *, keeper=None) -> io.BufferedReader:
    """A binary file object to read and seek in; it holds one piece at a time."""
    return io.BufferedReader(_Pieces(file, _open_key(file, keeper)), PIECE_BYTES)


def rewrap(file, *, before, after):
    """Hand the file's key from one keeper (or None) to another."""
    file.wrapped_key = _close_key(file, _open_key(file, before), after)
    file.save(update_fields=["wrapped_key"])


def _sealed_pieces(file, stream, key, limit):
    number = 0
    while plain := stream.read(PIECE_BYTES):
        file.size += len(plain)
        if file.size > limit:
            raise Refused(f"This file is larger than {limit // MEGABYTE} MB.", field="file")
        yield FilePiece(file=file, number=number, box=seal(plain, key=key, bound_to=_place(file, number)))
        number += 1


def _piece(file, number, key) -> bytes:
    box = file.pieces.values_list("box", flat=True).get(number=number)
    return unseal(box, key=key, bound_to=_place(file, number))


def _place(file, number):
    return f"file:{file.pk}:{number}"


def _number_of_pieces(file):
    return -(-file.size // PIECE_BYTES)


def _close_key(file, key, keeper) -> bytes:
    place = f"file key:{file.pk}"
    return seal(key, key=keeper.data_key, bound_to=place) if keeper else wrap(key, bound_to=place)


def _open_key(file, keeper) -> bytes:
    place = f"file key:{file.pk}"
    if keeper is None:
        return unwrap(file.wrapped_key, bound_to=place)
    note_read(keeper.pk)
    return unseal(file.wrapped_key, key=keeper.data_key, bound_to=place)


class _Pieces(io.RawIOBase):
    def __init__(self, file, key):
        self.file, self.key, self.at = file, key, 0
        self.held, self.piece = None, b""

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=io.SEEK_SET):
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.file.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def readinto(self, buffer):
        if self.at >= self.file.size:
            return 0
        number, start = divmod(self.at, PIECE_BYTES)
        if number != self.held:
            self.held, self.piece = number, _piece(self.file, number, self.key)
        found = self.piece[start : start + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)
