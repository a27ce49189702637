"""Primary keys."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): known before the row is inserted, and in time order for the index."""
    return uuid7()


def new_ids(number: int) -> list[str]:
    """So many of them, as text: what thousands of rows that are staged begin with."""
    return [str(uuid_utils.uuid7()) for _ in range(number)]
