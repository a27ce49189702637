"""Loopback ports: chosen free once, then kept, so that addresses stay the same between starts."""

import socket

from .datadir import keep, kept

LOOPBACK = "127.0.0.1"


def kept_port(name: str) -> int:
    """The port kept for this service; a free one is chosen the first time."""
    return int(kept(name, lambda: str(_free_port()), folder="ports"))


def port_to_start_on(name: str) -> int:
    """The kept port, or a new one when a stranger has taken it meanwhile."""
    if is_taken(kept_port(name)):
        keep(name, str(_free_port()), folder="ports")
    return kept_port(name)


def is_taken(port: int) -> bool:
    """Whether another program listens on this loopback port."""
    try:
        _bound(port).close()
    except OSError:
        return True
    return False


def answers(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with _bound(0) as listener:
        return listener.getsockname()[1]


def _bound(port):
    listener = socket.socket()
    # Connections of the last run that still wait to expire must not make our own port look taken.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener
