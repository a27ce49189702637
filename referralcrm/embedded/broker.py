"""The embedded broker: Valkey on loopback, its append-only file surviving a kill."""

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .addresses import password, redis_url
from .place import Place
from .ports import LOOPBACK, port_to_start_on
from .processes import Part, Stage, working_in

CONFIGURATION = """\
bind {host}
port {port}
requirepass "{password}"
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
daemonize no
"""


class Broker:
    """The broker of one place."""

    def __init__(self, place: Place):
        self.place = place

    def server(self) -> Part:
        """The server, ready to be started. It reads its settings, and so its password, from
        standard input: not from the command line, which every user of the machine can list."""
        folder = self.place.make("broker")
        left = working_in(folder)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=2)
        settings = CONFIGURATION.format(
            host=LOOPBACK,
            port=port_to_start_on("broker"),
            password=password("broker"),
            folder=str(folder).replace("\\", "\\\\").replace('"', '\\"'),
        )
        command = [self.place.valkey, "-"]
        part = Part("broker", command, account=self.place.account, stage=Stage.CARRY)
        part.given = settings
        return part

    def is_ready(self) -> bool:
        """Whether it answers; not yet while it still reads its file."""
        try:
            # The client's own retries wait a second; whoever asks this asks again much sooner.
            with redis.Redis.from_url(redis_url(), socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
                return client.ping()
        except redis.RedisError:
            return False
