"""Real services, killed hard; what was committed must be there after the next start."""

import os
import secrets
import signal
import subprocess
import sys

import psutil
import psycopg2
import pytest
import redis

from referralcrm.embedded import addresses
from referralcrm.embedded.datadir import CHECKOUT
from referralcrm.embedded.parts import PartFailed, Parts
from referralcrm.embedded.place import find_place
from tests.embedded.asking import ask, superuser


def remember(word):
    ask(addresses.owner_database_url(), "CREATE TABLE IF NOT EXISTS remembered (word text)")
    ask(addresses.owner_database_url(), "INSERT INTO remembered VALUES (%s)", word)
    with redis.Redis.from_url(addresses.redis_url()) as broker:
        broker.rpush("remembered", word)


def remembers(word):
    rows = ask(addresses.owner_database_url(), "SELECT 1 FROM remembered WHERE word = %s", word)
    with redis.Redis.from_url(addresses.redis_url(), decode_responses=True) as broker:
        return bool(rows) and word in broker.lrange("remembered", 0, -1)


@pytest.fixture
def word():
    return secrets.token_hex()


def killed(parts, name, part_of):
    os.kill(part_of(parts, name).process.pid, signal.SIGKILL)
    with pytest.raises(PartFailed, match=f"{name} was killed by signal 9"):
        parts.wait(lambda: False, seconds=5, what="The death")
    parts.stop()


@pytest.mark.parametrize("name", ["postgres", "broker"])
def test_nothing_is_lost_when_a_service_is_killed(name, word, begin, part_of):
    parts = begin()
    remember(word)
    killed(parts, name, part_of)
    begin()
    assert remembers(word)


def test_a_run_that_was_killed_is_swept_and_nothing_is_lost(word, begin):
    begin().stop()
    script = (
        "import signal; from referralcrm.embedded import parts, services;"
        "services.start(parts.Parts()); print('up', flush=True); signal.pause()"
    )
    run = subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE)
    with run:
        assert run.stdout.readline() == b"up\n"
        ports = addresses.database_url(), addresses.redis_url()
        remember(word)
        run.kill()
    assert remembers(word)  # the services outlived it
    parts = begin()
    assert parts.swept == ["broker", "postgres"]
    assert (addresses.database_url(), addresses.redis_url()) == ports
    assert remembers(word)


def test_a_stale_pid_file_that_names_a_living_stranger_stops_nobody(begin, part_of):
    parts = begin("Postgres")
    pid_file = find_place().folder / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    killed(parts, "postgres", part_of)
    account = find_place().account  # Postgres minds only processes of its own account
    with subprocess.Popen(["sleep", "60"], user=account and account.pw_uid) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        begin("Postgres")
        assert stranger.poll() is None
        stranger.kill()


def test_a_cluster_left_half_made_is_made_anew(begin_anew):
    draft = find_place().make("postgres.draft")
    (draft / "PG_VERSION").write_text("18")
    begin_anew("Postgres")
    assert not draft.exists()
    assert ask(addresses.database_url(), "SELECT 1") == [(1,)]


def test_roles_cut_short_are_mended_at_the_next_start(home, begin):
    parts = begin("Postgres")
    ask(superuser("referralcrm"), "ALTER ROLE referralcrm_app WITH SUPERUSER BYPASSRLS PASSWORD 'other'")
    ask(superuser("referralcrm"), "DROP EXTENSION unaccent")
    parts.stop()
    begin("Postgres")
    assert ask(addresses.database_url(), "SELECT unaccent('é')") == [("e",)]
    rights = "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert ask(addresses.database_url(), rights) == [(False, False, False)]
    assert ask(addresses.owner_database_url(), rights) == [(False, False, True)]


def test_a_test_database_has_the_extensions_and_the_locale(begin):
    begin("Postgres")
    ask(addresses.owner_database_url(), "CREATE DATABASE another")
    another = addresses.owner_database_url().removesuffix("/referralcrm") + "/another"
    assert ask(another, "SELECT lower('ÄÉ'), 'a' > 'B', similarity('ab', 'ab')") == [("äé", True, 1.0)]


def test_passwords_are_on_no_command_line_and_in_no_log(settled, begin):
    parts = begin()
    kept = [path.read_text() for path in (settled / "secrets").glob("*_password")]
    told = [" ".join(psutil.Process(part.process.pid).cmdline()) for part in parts.running]
    told += [path.read_text() for path in (settled / "log").iterdir()]
    assert len(kept) == 4
    assert not [secret for secret in kept if any(secret in text for text in told)]


def test_the_broker_asks_for_its_password(begin):
    begin("broker")
    stranger = addresses.redis_url().replace(addresses.password("broker"), "guess")
    with redis.Redis.from_url(stranger) as broker, pytest.raises(redis.AuthenticationError):
        broker.ping()


def test_a_failed_statement_leaves_no_word_of_it_in_the_log(settled, begin):
    begin("Postgres")
    ask(addresses.owner_database_url(), "CREATE TABLE patients (name text UNIQUE)")
    for _ in range(2):
        try:
            ask(addresses.owner_database_url(), "INSERT INTO patients VALUES (%s)", "Zebedee")
        except psycopg2.errors.UniqueViolation:
            log = (settled / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Zebedee" not in log


def test_two_runs_never_share_a_folder(begin):
    begin("broker")
    with pytest.raises(Exception, match=rf"pid {os.getpid()}"):
        Parts()
