"""A PostgreSQL cluster of the bench's own, with a database for each amount of content."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.servers import BIN, run
from tests.suite import throwaway_postgres


@dataclass(frozen=True)
class Amount:
    institutions: int = 2000
    agreements: int = 3000
    releases: int = 20000
    search: bool = False

    @property
    def name(self):
        return f"portal_{self.releases}{'_search' if self.search else ''}"


class Databases:
    """Made when asked for, and kept until the end of the run.

    ``pid`` is the process that all of PostgreSQL descends from.
    """

    def __init__(self, url, folder: Path, say):
        self.server, self.folder, self.say = url, folder, say
        self.made = set(self.sql("SELECT datname FROM pg_database").split())
        self.pid = _postmaster(url)

    def url(self, name):
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def sql(self, *statements, database="postgres"):
        script = [part for statement in statements for part in ("-c", statement)]
        return run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), *script])

    def environment(self, name):
        """What a portal on this database is started with."""
        return {
            "DATABASE_URL": self.url(name),
            "PORTAL_SECRET_KEY": "only-for-the-bench-" + "0123456789abcdef" * 3,
            "PORTAL_VAR": str(self.folder / "var"),
            "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
            "PORTAL_LOG_LEVEL": "ERROR",
        }

    def create(self, name, template="template1") -> bool:
        """Whether the database is new."""
        if name in self.made:
            return False
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.made.add(name)
        return True

    def portal(self, amount: Amount) -> str:
        """A database with so much content; returns its name."""
        if amount.name not in self.made:
            started = time.monotonic()
            self._fill(amount)
            took = time.monotonic() - started
            self.say(f"  {amount.releases} releases made in {took:.0f} s")
        return amount.name

    def _fill(self, amount):
        name, manage = amount.name, [BIN / "python", "manage.py"]
        environment = self.environment(name)
        smaller = Amount(search=amount.search)
        if amount.releases > smaller.releases:
            self.portal(smaller)
            self.create(name, smaller.name)
            more = amount.releases - smaller.releases
            numbers = ["--institutions", 0, "--agreements", 0, "--releases", more, "--force"]
        else:
            self.create(name)
            run([*manage, "migrate", "--verbosity", "0"], environment=environment)
            numbers = ["--institutions", amount.institutions, "--agreements", amount.agreements]
            numbers += ["--releases", amount.releases]
        numbers += [] if amount.search else ["--no-search"]
        run([*manage, "make_content", *numbers], environment=environment)
        self.sql("VACUUM ANALYZE", "CHECKPOINT", database=name)


def _postmaster(url):
    """The process that all of PostgreSQL descends from, found by its port."""
    port = str(urlsplit(url).port)
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if words[0].endswith("/postgres") and port in words:
                return int(path.name)
    raise RuntimeError("PostgreSQL does not run.")


@contextlib.contextmanager
def databases(folder, say):
    """On a throw-away cluster, or on that of BENCH_DATABASE_URL, where they stay."""
    if url := os.environ.get("BENCH_DATABASE_URL"):
        yield Databases(url, folder, say)
        return
    with throwaway_postgres() as url:
        yield Databases(url, folder, say)
