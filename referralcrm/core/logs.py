"""What the log may say about an error: where it arose, and its words only where they cannot quote anybody."""

import logging
import traceback

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

# Everything else may repeat a value: Postgres quotes the statement and the row, ValueError its argument.
SPEAK_OF_THE_MACHINE = (OSError, ImproperlyConfigured, OperationalError)


def in_words(error) -> str:
    """The type of an error, with its words when they speak of the machine and not of a value."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, SPEAK_OF_THE_MACHINE) else name


class Discreet(logging.Formatter):
    """Prints tracebacks without what an exception quotes, which may be what somebody typed."""

    def format(self, record):
        """Celery repeats the error in its message, as ``exc``."""
        if record.exc_info and isinstance(record.args, dict) and "exc" in record.args:
            record.args = record.args | {"exc": in_words(record.exc_info[1])}
        return super().format(record)

    def formatException(self, exc_info):  # noqa: N802, the name is logging's
        parts, error = [], exc_info[1]
        while error:
            parts.append("".join(traceback.format_tb(error.__traceback__)) + in_words(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhich led to\n".join(reversed(parts))
