"""Real services in a data folder of the test's own, in a path with a space."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest

from referralcrm.embedded import services
from referralcrm.embedded.parts import Parts
from tests.services import discard


@pytest.fixture
def home(monkeypatch):
    """An empty data folder of the test's own."""
    with _data_folder() as folder:
        _point_to(folder, monkeypatch)
        yield folder


@pytest.fixture(scope="session")
def _settled():
    with _data_folder() as folder:
        yield folder


@pytest.fixture
def settled(_settled, monkeypatch):
    """A data folder that the tests share, for initdb takes most of a first start."""
    _point_to(_settled, monkeypatch)
    return _settled


@pytest.fixture
def begin(settled):
    """``begin()`` starts the services of the shared folder; they are stopped after the test."""
    yield from _begin()


@pytest.fixture
def begin_anew(home):
    """``begin_anew()`` is a first start, in the test's own folder."""
    yield from _begin()


def _begin():
    begun = []

    def begin(*wanted):
        begun.append(Parts())
        services.start(begun[-1], wanted=wanted or ("Postgres", "broker"))
        return begun[-1]

    yield begin
    for parts in begun:
        parts.stop()


@pytest.fixture
def part_of():
    """``part_of(parts, "broker")`` is that running part."""
    return lambda parts, name: next(part for part in parts.running if part.name == name)


@contextlib.contextmanager
def _data_folder():
    """Not pytest's tmp_path: the account that root drops to could not enter it."""
    above = Path(tempfile.mkdtemp(prefix="referral crm ")).resolve()
    above.chmod(0o755)
    folder = above / "data"
    yield folder
    with pytest.MonkeyPatch.context() as patch:
        _point_to(folder, patch)
        if folder.exists():
            discard()
    shutil.rmtree(above)


def _point_to(data_folder, patch):
    patch.setenv("DATA_DIR", str(data_folder))
    for name in services.ADDRESSES:
        patch.delenv(name, raising=False)
