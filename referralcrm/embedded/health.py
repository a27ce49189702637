"""Asking the product how it is; as a program, for a container: exits 0 when all is well."""

import http.client
import sys

from .ports import LOOPBACK


def complaint(port: int) -> str:
    """What /healthz gives as reasons, or an empty text when all is well."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        # As a proxy would hand it on: otherwise HTTPS_ONLY answers with a redirect.
        connection.request("GET", "/healthz", headers={"X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        return "" if answer.status == 200 else answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"The web server does not answer: {error}"
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(complaint(int(sys.argv[1])))
