"""The wire: addresses of mail servers, dots, TLS and sign-in."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from outreach import transport
from outreach.transport import Line, Server, Unreachable, stuffed
from tests.committed import free_port

MAIL = b"Subject: hello\r\n\r\nDear you\r\n"


@pytest.mark.parametrize(
    "url, server",
    [
        ("smtp://127.0.0.1:2525", Server("smtp", "127.0.0.1", 2525, "", "")),
        ("smtps://jo:p%40ss@mail.example", Server("smtps", "mail.example", 465, "jo", "p@ss")),
        ("smtp+tls://jo%40here:x@mail.example", Server("smtp+tls", "mail.example", 587, "jo@here", "x")),
        ("smtp://[::1]", Server("smtp", "::1", 25, "", "")),
    ],
)
def test_the_address_of_a_mail_server(url, server):
    assert Server.at(url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp://[x"]
)
def test_a_bad_address_is_refused(url):
    with pytest.raises(ImproperlyConfigured):
        Server.at(url)


@given(st.binary())
def test_what_was_stuffed_ends_once_and_reads_the_same(content):
    wire = stuffed(content)
    assert wire.endswith(b"\r\n.\r\n") or wire == b".\r\n"
    lines = wire.removesuffix(b".\r\n").split(b"\r\n")
    assert b"." not in lines  # no line that would end it early
    read = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    plain = transport.LINE_END.sub(b"\r\n", content)
    assert read == (plain if plain.endswith(b"\r\n") else plain + b"\r\n")


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself; its file also holds the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    text = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*text) + made.public_bytes(serialization.Encoding.PEM))
    return path


class Kept:
    """What the server was given, and by whom."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((session.auth_data and session.auth_data.login, envelope.content))
        return "250 kept"


def who(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b"p@ss", handled=False, auth_data=data)


@pytest.fixture
def start(certificate):
    """``start("smtps")`` is the port of a server that asks for TLS and a password."""
    running = []

    def start(scheme):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        inside = {"tls_context": context, "require_starttls": True, "auth_required": True}
        around = {"ssl_context": context, "auth_require_tls": False}
        own = inside if scheme == "smtp+tls" else around
        kept = Kept()
        controller = Controller(kept, "127.0.0.1", free_port(), authenticator=who, **own)
        controller.start()
        running.append(controller)
        return controller.port, kept

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def trust(certificate, monkeypatch):
    """Believe the server's certificate, as one from a known authority would be."""
    known = ssl.create_default_context

    def trusting(*args, **options):
        return known(*args, **options | {"cafile": certificate})

    monkeypatch.setattr(transport.ssl, "create_default_context", trusting)


def deliver(url):
    with Line(url, hostname="here.example", seconds=5) as line:
        line.offer(sender="me@here.example", recipient="you@there.example")
        line.hand_over(MAIL)
        return line.answer().code


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_letter_travels_encrypted_after_signing_in(start, trust, scheme):
    port, kept = start(scheme)
    assert deliver(f"{scheme}://jo:p%40ss@127.0.0.1:{port}") == 250
    assert kept.letters == [(b"jo", MAIL)]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_wrong_password_says_nothing_about_the_letter(start, trust, scheme):
    port, kept = start(scheme)
    with pytest.raises(Unreachable, match="535"):
        deliver(f"{scheme}://jo:wrong@127.0.0.1:{port}")
    assert kept.letters == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_server_nobody_vouches_for_gets_neither_password_nor_letter(start, scheme):
    port, kept = start(scheme)
    with pytest.raises(Unreachable, match="(?i)certificate"):
        deliver(f"{scheme}://jo:p%40ss@127.0.0.1:{port}")
    assert kept.letters == []
