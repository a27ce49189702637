"""Where something may come out that should not: the broker, tables, sessions, addresses, packed texts."""

import base64
import binascii
import io
import re
import threading
import zlib
from contextlib import contextmanager, suppress

import redis
from django.apps import apps
from django.db import connections

from referralcrm.core.sealed import Sealed


class Ears:
    """Everything the broker is told while the block runs."""

    def __init__(self, url):
        self.client = redis.Redis.from_url(url, socket_timeout=None)
        self.heard = []

    @contextmanager
    def listening(self):
        with self.client.monitor() as monitor:
            threading.Thread(target=self._listen, args=[monitor], daemon=True).start()
            yield self.heard
            self.client.ping()

    def _listen(self, monitor):
        with suppress(redis.RedisError, ValueError, OSError):  # until the connection is closed
            for command in monitor.listen():
                self.heard.append(command["command"])


def everything_sealed():
    """Each column that may hold something about a patient, with how many rows fill it."""
    for model in apps.get_models():
        for name, value in vars(model).items():
            if isinstance(value, Sealed):
                filled = model.objects.exclude(**{value.column: b""})
                yield f"{model._meta.label}.{name}", filled.count()


def dump():
    """Every row of every table as the database would back it up, byte strings as what they hold too."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            backup = io.StringIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', backup)
            for row in backup.getvalue().splitlines():
                yield table, row
                for hexadecimal in re.findall(r"\\x([0-9a-f]{8,})", row):
                    yield table, bytes.fromhex(hexadecimal).decode("latin-1")


def sessions():
    """What web sessions hold, decoded: they are signed, not encrypted."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        for (data,) in cursor.fetchall():
            packed = data.split(":")[0]
            text = base64.urlsafe_b64decode(packed.removeprefix(".") + "===")
            yield (zlib.decompress(text) if packed.startswith(".") else text).decode()


def addresses(page):
    """Every address that a page links to or posts to."""
    return re.findall(r'(?:href|action|src|hx-get|hx-post|data-url)="([^"]*)"', page)


def dump_by_table():
    tables = {}
    for table, row in dump():
        tables.setdefault(f"table {table}", []).append(row)
    return tables


def unpacked(text):
    """``text`` with anything in base64 that stands in it opened: broker messages hide their body so."""
    opened = []
    for packed in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            opened.append(base64.b64decode(packed, validate=True).decode("latin-1"))
        except (binascii.Error, ValueError):
            continue
    return " ".join(opened)
