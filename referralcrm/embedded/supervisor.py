"""`manage.py up`: everything the product needs, in order, until somebody stops it."""

import contextlib
import os
import signal
import sys
import time
from datetime import UTC, datetime

from . import health, services, static
from .datadir import data_dir
from .parts import AlreadyRunning, NotReady, PartFailed, Parts
from .ports import LOOPBACK, is_taken, port_to_start_on
from .processes import Part, Stage

EMBEDDED = {"Postgres": "DATABASE_URL", "broker": "REDIS_URL"}  # each unless its address is given
# The path without its query string, which may hold what somebody searched for.
ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
WEB = (
    "gunicorn referralcrm.wsgi:application --preload --worker-class gthread --workers 2"
    " --threads 4 --graceful-timeout 4 --no-control-socket --access-logfile -"
)
WORKER = "celery -A referralcrm worker --concurrency 2 --without-mingle --without-gossip -l INFO"
BEAT = "celery -A referralcrm beat --scheduler celery.beat:Scheduler -l INFO"


class StopAsked(Exception):
    """Somebody pressed Ctrl-C or sent a signal; its argument is the signal's number."""


class Supervisor:
    """Starts the parts step by step, says so, and watches them."""

    def __init__(self, port: int, *, out=sys.stdout):
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"
        self.out = out
        self.signal = None

    def run(self) -> int:
        """Start everything and watch it until a signal comes; returns the exit code."""
        self._listen_to_signals()
        try:
            self.parts = Parts(about=self.url, interrupted=self._heed_signal)
        except AlreadyRunning as other:
            self._say(f"ReferralCRM is already running at {other}. Its data: {data_dir()}")
            return 1
        try:
            self._start()
            self._watch()
        except PartFailed as failure:
            self._say(f"\n{failure}\n")
            return 1
        except StopAsked as asked:
            self._say("\nStopping …")
            return 130 if asked.args[0] == signal.SIGINT else 0
        finally:
            self.parts.stop()
            self._say("Stopped; nothing is left running.")

    def _start(self):
        began = time.monotonic()
        self._say(f"ReferralCRM · data in {data_dir()}")
        if self.parts.swept:
            self._say(f"  stopped what an earlier run left: {', '.join(self.parts.swept)}")
        self._refuse_what_cannot_work()
        self._start_services()
        sign_ins = self._prepare()
        self._start_product()
        complaint = health.complaint(self.port)
        state = "is not well yet" if complaint else "is ready"
        self._say(f"\nReferralCRM {state} at {self.url} after {_since(began)}.")
        self._say(complaint or sign_ins)
        self._say("Ctrl-C stops it.")

    def _refuse_what_cannot_work(self):
        if is_taken(self.port):
            raise PartFailed(
                f"Port {self.port} is taken by another program. "
                f"Choose another one: make run PORT={self.port + 1}"
            )
        if bool(os.environ.get("DATABASE_URL")) != bool(os.environ.get("OWNER_DATABASE_URL")):
            raise PartFailed("DATABASE_URL and OWNER_DATABASE_URL are given together or not at all.")

    def _start_services(self):
        wanted = [name for name, address in EMBEDDED.items() if not os.environ.get(address)]
        with self._step(", ".join([*wanted, "inbox"])):
            place = services.start(self.parts, wanted=wanted)
            port_to_start_on("inbox")
            self.environment = self._environment()
            self._python("inbox", "referralcrm.embedded.inbox", stage=Stage.CARRY)
        if place.is_elsewhere:
            self._say(f"    database and broker in {place.folder}:")
            self._say(f"    they run as {place.account.pw_name}, who cannot enter this checkout's folder")

    def _environment(self):
        """What every part of the product is told, so that no part has to work it out."""
        return {
            **os.environ,
            **services.environment(),
            "PORT": str(self.port),
            "DATA_DIR": str(data_dir()),
            "STARTED_AT": datetime.now(UTC).isoformat(),
            "PYTHONUNBUFFERED": "1",
        }

    def _prepare(self):
        with self._step("migrations"):
            self._manage("migrate", "--noinput")
        with self._step("demo practice"):
            demo = self._manage("demo", "--if-empty", answers=True)
        if not static.are_fresh():
            with self._step("static files"):
                self._manage("collectstatic", "--noinput", "--clear")
                static.now_fresh()
        return demo.answer

    def _start_product(self):
        bound = ["--bind", f"{LOOPBACK}:{self.port}", "--access-logformat", ACCESS_LOG]
        with self._step("web, worker and beat"):
            self._python("web", *WEB.split(), *bound)
            self._python("worker", *WORKER.split())
            self._python("beat", *BEAT.split())
            with contextlib.suppress(NotReady):
                self.parts.wait(self._is_well, seconds=30, what="The product", every=0.2)

    def _is_well(self):
        return not health.complaint(self.port)

    def _watch(self):
        while True:
            self.parts.check()
            time.sleep(0.2)

    def _manage(self, command, *words, **kw):
        part = self._python(command, "manage", command, *words, ends=True, **kw)
        self.parts.finish(part, seconds=600)
        return part

    def _python(self, name, module, *words, **kw):
        command = [sys.executable, "-m", module, *words]
        return self.parts.start(Part(name, command, self.environment, **kw))

    def _listen_to_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            under_nohup = number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN
            if not under_nohup:
                signal.signal(number, self._note_signal)

    def _note_signal(self, number, frame):
        # Only noted: raising here could lose a process between its start and the note of it.
        self.signal = number

    def _heed_signal(self):
        if self.signal:
            raise StopAsked(self.signal)

    @contextlib.contextmanager
    def _step(self, name):
        began = time.monotonic()
        self._say(f"  {name:<30}", end="")
        yield
        self._say(_since(began))

    def _say(self, text, end="\n"):
        with contextlib.suppress(OSError):  # whoever read our lines may have gone
            print(text, end=end, file=self.out, flush=True)


def _since(began):
    return f"{time.monotonic() - began:.1f} s"
