"""A mail server on loopback whose letters the app shows: `python -m referralcrm.embedded.inbox`.

A letter is one file, complete and on the disk before the sender is told that it was accepted.
"""

import asyncio
import contextlib
import email
import email.policy
import os
import re
import secrets
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from .addresses import inbox_dir

KEY = re.compile(r"\d{20}-[0-9a-f]{16}")  # nanoseconds of its arrival, then chance


@dataclass(frozen=True)
class Letter:
    """One accepted mail."""

    key: str
    received_at: datetime
    envelope_from: str
    envelope_to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind):
        part = self.message.get_body((kind,))
        with contextlib.suppress(LookupError):  # a character set nobody knows
            return part.get_content().replace("\r\n", "\n") if part else ""
        return part.get_payload()


def letters(limit: int, before: str | None = None) -> list[Letter]:
    """The newest letters first; `before` is the key of the last one already seen."""
    names = (path.stem for path in inbox_dir().glob("*.eml"))
    keys = sorted((name for name in names if KEY.fullmatch(name)), reverse=True)
    if before:
        keys = [key for key in keys if key < before]
    return [found for key in keys[:limit] if (found := letter(key))]


def letter(key: str) -> Letter | None:
    """The letter with this key, or None; anything that is not a key is nobody's letter."""
    if not KEY.fullmatch(key):
        return None
    try:
        content = (inbox_dir() / f"{key}.eml").read_bytes()
    except FileNotFoundError:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    return Letter(
        key=key,
        received_at=datetime.fromtimestamp(int(key[:20]) / 1e9, UTC),
        envelope_from=str(message["Return-Path"]).strip("<>"),
        envelope_to=", ".join(message.get_all("Delivered-To", [])),
        message=message,
    )


def put(content: bytes, *, sender: str, recipients: list[str]) -> str:
    """Keep a letter; when this returns its key, the letter survives a crash of the machine."""
    folder = inbox_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = f"{time.time_ns():020d}-{secrets.token_hex(8)}"
    envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {to}" for to in recipients), ""]
    draft = folder / f"{key}.tmp"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write("\r\n".join(envelope).encode() + content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{key}.eml")
    _sync(folder)
    return key


def _sync(folder: Path):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Keeper:
    async def handle_DATA(self, server, session, envelope):
        put(envelope.content, sender=envelope.mail_from or "", recipients=envelope.rcpt_tos)
        return "250 Kept"


async def serve(host: str, port: int) -> None:
    """Accept mail until SIGTERM or SIGINT."""
    from aiosmtpd.smtp import SMTP

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    def protocol():
        return SMTP(_Keeper(), hostname="localhost", enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(protocol, host, port)
    await stopping.wait()
    server.close()


if __name__ == "__main__":
    from .ports import LOOPBACK, kept_port

    asyncio.run(serve(LOOPBACK, kept_port("inbox")))
