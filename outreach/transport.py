"""SMTP with the phase kept apart: before the body a message can be taken back, after it nobody can.

``Line.offer`` goes as far as the server's 354; whatever fails there, nothing was sent. From
``Line.hand_over`` on, only the server's answer to the final dot tells what became of the message.
"""

import re
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECONDS_FOR_GOODBYE = 2
PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
LINE_END = re.compile(rb"\r\n|\r|\n")


class Unreachable(Exception):
    """The session broke or never began. Whether the message was taken depends on the phase."""


class Refusal(Exception):
    """A definite no from the server, before the body: ``code`` 4xx or 5xx and its words."""

    def __init__(self, code, words):
        super().__init__(f"{code} {words}")
        self.code = code


@dataclass(frozen=True)
class Reply:
    """The answer to the final dot: a definite yes (2xx), not now (4xx) or no (5xx)."""

    code: int
    words: str

    def __str__(self):
        return f"{self.code} {self.words}"


@dataclass(frozen=True)
class Server:
    """Where mail is handed over: the parts of an SMTP_URL."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def at(cls, url: str) -> "Server":
        """Parse ``smtp://``, ``smtps://`` (TLS from the start) or ``smtp+tls://`` (STARTTLS).

        User and password are percent-encoded. Raises ImproperlyConfigured.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (KeyError, ValueError):
            port = None
        if not port or not parts.hostname:
            raise ImproperlyConfigured(
                "SMTP_URL is smtp://, smtps:// or smtp+tls://[user:password@]host[:port]"
            )
        return cls(
            parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or "")
        )


class Line:
    """One SMTP session, opened when first needed and reused from message to message."""

    def __init__(self, url: str, *, hostname: str, seconds: float = 30):
        """``hostname`` is how we greet; ``seconds`` bounds the SMTP of one message."""
        self.server = Server.at(url)
        self.hostname = hostname
        self.seconds = seconds
        self._smtp = None

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        """Say goodbye, or hang up when something failed: half a message must not be finished."""
        if failed:
            self.drop()
        elif self._smtp is not None:
            self._deadline = time.monotonic() + SECONDS_FOR_GOODBYE
            with suppress(Unreachable):
                self._do(lambda: self._smtp.quit())
            self.drop()

    def offer(self, *, sender: str, recipient: str):
        """Go up to and including the 354 that asks for the body; nothing is sent yet.

        Raises Refusal when the server refuses this message, Unreachable when there is no session.
        """
        self._deadline = time.monotonic() + self.seconds
        if self._smtp is None or not self._is_fresh():
            self._connect()
        self._expect({250}, lambda: self._smtp.mail(sender))
        self._expect({250, 251, 252}, lambda: self._smtp.rcpt(recipient))
        self._expect({354}, lambda: self._smtp.docmd("DATA"))

    def hand_over(self, content: bytes):
        """Send body and final dot. Raises Unreachable: then nobody knows what became of it."""
        self._do(lambda: self._smtp.send(stuffed(content)))

    def answer(self) -> Reply:
        """The server's answer to the final dot. Raises Unreachable when it gives none that counts."""
        code, words = self._do(lambda: self._smtp.getreply())
        if code // 100 not in {2, 4, 5}:
            self.drop()
            raise Unreachable(f"The mail server answered {code}.")
        return Reply(code, _plain(words))

    def drop(self):
        """Break the connection off without a word, so that the server forgets what it was told."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _is_fresh(self):
        """Whether the session of the message before still serves; nothing was offered on it yet."""
        try:
            return self._do(self._smtp.rset)[0] == 250
        except Unreachable:
            return False

    def _connect(self):
        self.drop()
        self._smtp = self._do(self._dialled)
        self._hello()
        if self.server.scheme == "smtp+tls":
            self._greet(220, lambda: self._smtp.starttls(context=ssl.create_default_context()))
            self._hello()
        if self.server.user:
            self._greet(235, lambda: self._smtp.login(self.server.user, self.server.password))

    def _dialled(self):
        options = {"local_hostname": self.hostname, "timeout": self._deadline - time.monotonic()}
        if self.server.scheme == "smtps":
            options["context"] = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.server.host, self.server.port, **options)
        return smtplib.SMTP(self.server.host, self.server.port, **options)

    def _hello(self):
        if self._do(lambda: self._smtp.ehlo())[0] != 250:
            self._greet(250, lambda: self._smtp.helo())

    def _greet(self, wanted, verb):
        """A step of the session itself: its failure says nothing about the message."""
        code, words = self._do(verb)
        if code != wanted:
            self.drop()
            raise Unreachable(f"{code} {_plain(words)}")

    def _expect(self, wanted, verb):
        code, words = self._do(verb)
        if code in wanted:
            return
        if code == 421 or code // 100 not in {4, 5}:
            self.drop()
        if code // 100 in {4, 5}:
            raise Refusal(code, _plain(words))
        raise Unreachable(f"The mail server answered {code}.")

    def _do(self, verb):
        """One step within the time of this message; every way a session can break is Unreachable."""
        left = self._deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError("The mail server took too long.")
            if self._smtp and self._smtp.sock:
                self._smtp.sock.settimeout(left)
            return verb()
        except smtplib.SMTPResponseException as error:
            self.drop()
            raise Unreachable(f"{error.smtp_code} {_plain(error.smtp_error)}") from error
        except (OSError, ValueError) as error:  # SMTPException is an OSError
            self.drop()
            raise Unreachable(str(error) or type(error).__name__) from error


def stuffed(content: bytes) -> bytes:
    """``content`` as it travels (RFC 5321, 4.5.2): CRLF, leading dots doubled, the final dot."""
    lines = LINE_END.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"


def _plain(words) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return " ".join(text.replace("\0", "").split())
