import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referralcrm.core.crypto import Tampered
from referralcrm.core.reading import reading
from referralcrm.core.refused import Refused
from referralcrm.practice import files
from referralcrm.practice.models import FilePiece, StoredFile
from tests import factories

LIMIT = 2 * files.MEGABYTE
NAME = "../Überweisung\u202egpj.exe"


def put(content, *, limit=LIMIT, keeper=None):
    return files.put(
        io.BytesIO(content), name=NAME, content_type="application/pdf", limit=limit, keeper=keeper
    )


def content_of(file, **whose):
    return b"".join(files.read(file, **whose))


@pytest.mark.parametrize("size", [1, files.PIECE_BYTES - 1, files.PIECE_BYTES, 9 * files.PIECE_BYTES + 7])
def test_what_was_put_in_comes_out(riverside, size):
    content = os.urandom(size)
    file = StoredFile.objects.get(pk=put(content, limit=size).pk)
    assert file.size == size
    assert content_of(file) == content
    assert files.name_of(file) == NAME


def test_the_database_holds_neither_content_nor_name(riverside):
    file = put(b"Marked patient has a bad knee")
    kept = [bytes(piece.box) for piece in file.pieces.all()]
    assert not any(b"Marked" in box for box in kept)
    assert b"weisung" not in bytes(file.name_sealed)


def test_too_large_and_empty_files_are_refused(riverside):
    with pytest.raises(Refused, match="larger than 2 MB"):
        put(b"x" * (LIMIT + 1))
    with pytest.raises(Refused, match="empty"):
        put(b"")


def test_a_patients_file_opens_with_their_key_alone_and_says_who_was_read(riverside):
    ruth, bob = factories.patient("Ruth Adler"), factories.patient("Bob Moreau")
    file = put(b"letter", keeper=ruth)
    with reading() as seen:
        assert content_of(file, keeper=ruth) == b"letter"
    assert seen == {ruth.pk}
    for other in (bob, None):
        with pytest.raises(Tampered):
            content_of(file, keeper=other)


def test_a_file_is_handed_from_one_keeper_to_another(riverside):
    ruth, bob = factories.patient("Ruth Adler"), factories.patient("Bob Moreau")
    file = put(b"letter", keeper=ruth)
    files.rewrap(file, before=ruth, after=bob)
    assert content_of(file, keeper=bob) == b"letter"
    with pytest.raises(Tampered):
        content_of(file, keeper=ruth)


def test_a_piece_cannot_be_moved_to_another_place(riverside):
    file = put(os.urandom(2 * files.PIECE_BYTES))
    first, second = file.pieces.all()
    FilePiece.objects.filter(pk=first.pk).update(box=second.box)
    with pytest.raises(Tampered):
        content_of(file)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 700_000), st.integers(0, 300_000)), max_size=6))
def test_an_opened_file_reads_like_the_bytes_it_holds(riverside, steps):
    content = bytes(range(256)) * 2500
    plain, file = io.BytesIO(content), files.opened(put(content))
    for place, length in steps:
        assert file.seek(place) == plain.seek(place)
        assert file.read(length) == plain.read(length)
    assert file.seek(-3, io.SEEK_END) == plain.seek(-3, io.SEEK_END)
    assert file.read() == plain.read()
