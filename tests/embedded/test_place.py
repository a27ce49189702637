import os
import pwd
import stat

import psycopg2
import pytest

from referralcrm.embedded import addresses, place

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its privileges")


@pytest.fixture
def elsewhere(home, monkeypatch):
    """Stands in for the folder under /var/lib."""
    monkeypatch.setattr(place, "ELSEWHERE", home.parent / "elsewhere")
    return home.parent / "elsewhere"


@pytest.fixture
def closed(home):
    """A data folder below one that only root can enter."""
    home.mkdir()
    home.chmod(0o700)
    return home


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@as_root
def test_below_a_closed_folder_root_keeps_the_services_elsewhere(closed, elsewhere, begin_anew):
    parts = begin_anew()
    psycopg2.connect(addresses.database_url()).close()
    (kept,) = elsewhere.iterdir()
    assert (closed / "secrets" / "elsewhere").read_text() == kept.name
    assert (kept / "postgres" / "PG_VERSION").exists()
    assert mode(closed) == 0o700
    assert all(str(kept) in str(part.command[0]) for part in parts.running)


@as_root
def test_what_was_kept_elsewhere_is_found_again(closed, elsewhere):
    first = place.find_place()
    closed.chmod(0o755)
    assert place.find_place() == first


@as_root
def test_in_an_open_folder_root_keeps_the_services_beside_the_rest(home, elsewhere, monkeypatch):
    monkeypatch.setattr(place, "_installed_packages", lambda: home.parent)
    assert place.find_place().folder == home / "services"
    assert not elsewhere.exists()


@as_root
def test_root_runs_the_services_as_somebody_without_rights(begin):
    for part in begin().running:
        assert os.stat(f"/proc/{part.process.pid}").st_uid == pwd.getpwnam("nobody").pw_uid


@as_root
def test_the_services_data_belong_to_that_account_alone(begin):
    begin()
    for name in ("postgres", "broker"):
        folder = place.find_place().folder / name
        assert (folder.owner(), mode(folder)) == ("nobody", 0o700)


@as_root
def test_root_runs_a_users_cluster_as_that_user(home):
    cluster = home / "services" / "postgres"
    cluster.mkdir(parents=True)
    daemon = pwd.getpwnam("daemon")
    os.chown(cluster, daemon.pw_uid, daemon.pw_gid)
    assert place.find_place().account == daemon


def test_an_account_must_be_able_to_pass_every_folder_above(home):
    nobody = pwd.getpwnam("nobody")
    inner = home / "inner"
    inner.mkdir(parents=True)
    assert place.can_enter(nobody, inner)
    home.chmod(0o700)
    assert not place.can_enter(nobody, inner)
