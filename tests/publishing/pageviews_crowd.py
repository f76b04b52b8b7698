"""Real processes: the server with its workers, a crowd of visitors, collectors."""

import http.client
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings as project
from django.db import connection, models

from publishing.pageviews import journal
from publishing.pageviews.models import Total
from tests.publishing.pageviews_support import CHROME

ROOT = Path(project.BASE_DIR)
PATIENCE = 60


def database_url():
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    host = database["HOST"] or "127.0.0.1"
    login = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    return f"postgres://{login}@{host}:{database['PORT'] or 5432}/{database['NAME']}"


def environment(folder, url=None):
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": url or database_url(),
        "PORTAL_VAR": str(folder),
        "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
        "PORTAL_TIME_ZONE": "Asia/Shanghai",
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Two workers of the production server, and visitors who repeat a view until it is taken."""

    def __init__(self, folder, application="tests.publishing.pageviews_server:application"):
        self.folder, self.application = folder, application
        self.port, self.process = free_port(), None

    def start(self, url=None, **extra):
        self.process = subprocess.Popen(
            [
                Path(sys.executable).with_name("granian"),
                *("--interface", "wsgi", "--workers", "2", "--respawn-failed-workers"),
                *("--respawn-interval", "0", "--host", "127.0.0.1", "--port", str(self.port)),
                self.application,
            ],
            cwd=ROOT,
            env=environment(self.folder, url) | extra,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: self.ask("GET", "/"), "the server to answer")

    def ask(self, method, path, visitor="198.51.100.1"):
        """The status and the body, or None where no answer came."""
        answer = self.fetch(method, path, visitor)
        return answer and (answer.status, answer.body)

    def fetch(self, method, path, visitor="198.51.100.1"):
        """The answer with its headers and, as ``body``, its bytes; None where none came."""
        headers = {
            "User-Agent": CHROME,
            "X-Forwarded-For": visitor,
            "Sec-Fetch-Site": "same-origin",
        }
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request(method, path, headers=headers)
            answer = link.getresponse()
            answer.body = answer.read()
            return answer
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()

    def workers(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        children = Path(path).read_text().split()
        return [int(child) for child in children if b"resource_tracker" not in command(child)]

    def kill_a_worker(self, dice):
        workers = self.workers()
        if workers:
            kill(dice.choice(workers))

    def kill_all(self):
        workers = self.workers()
        for process in (self.process.pid, *workers):
            kill(process)
        self.process.wait()
        wait_for(lambda: self.ask("GET", "/") is None, "the workers to be gone")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill_all()


def command(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"


def kill(process):
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"Waited in vain for {what}."
        time.sleep(0.05)


def counted(item):
    return Total.objects.filter(object_id=item.id).aggregate(sum=models.Sum("views"))["sum"] or 0


class Visitors(threading.Thread):
    """Each view is by another visitor; without an answer it is sent again, as the script does."""

    made = 0
    acknowledged = 0
    _numbers = iter(range(1, 10**9))

    def __init__(self, server, item, enough):
        super().__init__(daemon=True)
        self.server, self.item, self.enough = server, item, enough

    def run(self):
        while not self.enough.is_set():
            number = next(self._numbers)
            visitor = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            self.made += 1
            for _ in range(100):
                answer = self.server.ask("POST", f"/v/{self.item}?l=en", visitor)
                if answer and answer[0] in (200, 204):
                    self.acknowledged += 1
                    break
                time.sleep(0.05)


def storm(server, item, kills, seed=3):
    """Visitors crowd in while workers are killed, each fifth time the whole server.

    Returns how many views were made, and how many were acknowledged.
    """
    dice, enough = random.Random(seed), threading.Event()
    crowd = [Visitors(server, item, enough) for _ in range(4)]
    for visitors in crowd:
        visitors.start()
    for number in range(kills):
        time.sleep(dice.uniform(0.1, 0.5))
        if number % 5 == 4:
            server.kill_all()
            server.start()
        else:
            server.kill_a_worker(dice)
    enough.set()
    for visitors in crowd:
        visitors.join(PATIENCE)
    return sum(v.made for v in crowd), sum(v.acknowledged for v in crowd)


@contextmanager
def database_locked():
    """Nobody else can write until the block ends."""
    if connection.vendor == "sqlite":
        lock, unlock = "BEGIN IMMEDIATE", "COMMIT"
    else:
        lock = "BEGIN; LOCK TABLE pageviews_total, pageviews_offset, pageviews_salt"
        unlock = "COMMIT"
    with connection.cursor() as cursor:
        cursor.execute(lock)
        try:
            yield
        finally:
            cursor.execute(unlock)


@contextmanager
def database_away():
    """Whoever asks the database is refused until the block ends, and who is asking is cut off."""
    stop = _locked_for_readers if connection.vendor == "sqlite" else _closed_to_everybody
    with stop(connection.settings_dict["NAME"]):
        yield


@contextmanager
def _locked_for_readers(name):
    """Another process holds the locks that every reader of a write-ahead log needs."""
    hold = "import fcntl, sys\nfile = open(sys.argv[1], 'r+b')\nfcntl.lockf(file, 2, 8, 120)\n"
    hold += "print(flush=True)\nsys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, f"{name}-shm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    try:
        yield
    finally:
        holder.communicate()


@contextmanager
def _closed_to_everybody(name):
    """The server lets nobody in. Ours, which would be cut off too, begins anew afterwards."""
    connection.close()
    settings = connection.get_connection_params() | {"dbname": "postgres"}
    keeper = connection.Database.connect(**settings)
    keeper.autocommit = True
    quoted = connection.ops.quote_name(name)
    with keeper.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS true")
    keeper.close()


def write(folder, records):
    """Lines as a worker of now would leave them; each call is another worker."""
    folder.mkdir(exist_ok=True)
    name = f"{time.strftime('%Y%m%d%H', time.gmtime())}-{secrets.token_hex(8)}.jnl"
    (folder / name).write_bytes(b"".join(map(journal.encode, records)))


def run_collector(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.pageviews_collecting", *arguments],
        cwd=ROOT,
        env=environment(folder.parent),
    )
