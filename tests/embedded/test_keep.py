import base64
import socket
import stat
from concurrent.futures import ThreadPoolExecutor

from referralcrm.embedded import addresses
from referralcrm.embedded.datadir import data_dir, kept
from referralcrm.embedded.ports import LOOPBACK, kept_port, port_to_start_on


def test_the_data_folder_is_the_one_asked_for(home):
    assert data_dir() == home


def test_a_secret_is_made_once(home):
    assert addresses.secret_key() == addresses.secret_key()


def test_a_secret_is_readable_by_its_owner_alone(home):
    addresses.patient_keys()
    folder = home / "secrets"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())]
    assert modes == [0o700, 0o600]


def test_everybody_who_asks_at_once_gets_the_same_secret(home):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: kept("shared", lambda: f"made by {number}"), range(50)))
    assert len(set(answers)) == 1
    assert [path.name for path in (home / "secrets").iterdir()] == ["shared"]


def test_the_first_patient_key_has_32_bytes(home):
    name, _, key = addresses.patient_keys().partition(":")
    assert (name, len(base64.b64decode(key))) == ("k1", 32)


def test_a_port_is_kept(home):
    assert kept_port("postgres") == port_to_start_on("postgres") == kept_port("postgres")


def test_a_port_that_a_stranger_took_is_given_up(home):
    before = addresses.database_url()
    with socket.create_server((LOOPBACK, kept_port("postgres"))) as stranger:
        assert port_to_start_on("postgres") != stranger.getsockname()[1]
    assert addresses.database_url() != before
