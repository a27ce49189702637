"""Asking the product how it is."""

import http.client

from .ports import LOOPBACK


def complaint(port: int) -> str:
    """What /healthz gives as reasons, or an empty text when all is well."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return "" if answer.status == 200 else answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"The web server does not answer: {error}"
    finally:
        connection.close()
