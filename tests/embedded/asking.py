"""Asking a database directly, as one role or another."""

import psycopg2

from referralcrm.embedded import addresses
from referralcrm.embedded.ports import LOOPBACK, kept_port


def ask(url, statement, *values):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def superuser(database="postgres"):
    password, port = addresses.password("postgres"), kept_port("postgres")
    return f"postgres://postgres:{password}@{LOOPBACK}:{port}/{database}"
