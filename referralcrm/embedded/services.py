"""Postgres and the broker of this data folder, started together: for `up` and for the tests."""

import os

from . import addresses
from .broker import Broker
from .parts import Parts
from .place import Place, find_place
from .postgres import Postgres

ADDRESSES = {
    "DATABASE_URL": addresses.database_url,
    "OWNER_DATABASE_URL": addresses.owner_database_url,
    "REDIS_URL": addresses.redis_url,
    "SMTP_URL": addresses.smtp_url,
    "INBOX_SMTP_URL": addresses.smtp_url,
    "SECRET_KEY": addresses.secret_key,
    "PATIENT_KEYS": addresses.patient_keys,
}


def environment() -> dict[str, str]:
    """Every address and key, explicitly: what the environment gives, else what is embedded here."""
    return {name: os.environ.get(name) or embedded() for name, embedded in ADDRESSES.items()}


def start(parts: Parts, *, wanted=("Postgres", "broker"), durable: bool = True) -> Place:
    """Start the wanted services side by side; they are ready when this returns their place."""
    place = find_place()
    broker, postgres = Broker(place), Postgres(place, durable=durable)
    if "broker" in wanted:
        parts.start(broker.server())
    if "Postgres" in wanted:
        if making := postgres.initdb():
            parts.finish(parts.start(making), seconds=60)
            postgres.adopt()
        parts.start(postgres.server())
        parts.wait(postgres.is_ready, seconds=60, what="Postgres")
        postgres.prepare()
    if "broker" in wanted:
        parts.wait(broker.is_ready, seconds=30, what="The broker")
    return place
