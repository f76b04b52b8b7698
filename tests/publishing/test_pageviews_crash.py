"""Nothing lost and nothing twice, whatever is killed, locked or away. With real processes."""

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

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Group
from django.db import connection, models

from publishing.pageviews import collector, journal
from publishing.pageviews.kinds import Item
from publishing.pageviews.models import Day, Excluded, Offset, Total
from tests.publishing.pageviews_collecting import STEPS
from tests.publishing.pageviews_support import CHROME

pytest_plugins = ["tests.publishing.pageviews_fixtures"]
pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(project.BASE_DIR)
PATIENCE = 20


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

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    def start(self, url=None):
        self.process = subprocess.Popen(
            [
                Path(sys.executable).with_name("granian"),
                *("--interface", "wsgi", "--workers", "2", "--respawn-failed-workers"),
                *("--respawn-interval", "0", "--host", "127.0.0.1", "--port", str(self.port)),
                "tests.publishing.pageviews_server:application",
            ],
            cwd=ROOT,
            env=environment(self.folder, url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: self.ask("GET", "/"), "the server to answer")

    def ask(self, method, path, visitor="198.51.100.1"):
        """The status and the body, or None where no answer came."""
        headers = {
            "User-Agent": CHROME,
            "X-Forwarded-For": visitor,
            "Sec-Fetch-Site": "same-origin",
        }
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request(method, path, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read()
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


@pytest.fixture
def server(site, tmp_path, settings):
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / "pageviews"
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def item(site):
    return Item("group", Group.objects.create(name="Release").pk)


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


def test_every_acknowledged_view_is_counted_once_though_workers_and_server_are_killed(server, item):
    dice, enough = random.Random(3), threading.Event()
    server.start()
    crowd = [Visitors(server, item, enough) for _ in range(4)]
    for visitors in crowd:
        visitors.start()
    for number in range(10):
        time.sleep(dice.uniform(0.1, 0.5))
        if number in (4, 8):
            server.kill_all()
            server.start()
        else:
            server.kill_a_worker(dice)
    enough.set()
    for visitors in crowd:
        visitors.join(PATIENCE)
    server.stop()
    collector.collect()
    made = sum(visitors.made for visitors in crowd)
    acknowledged = sum(visitors.acknowledged for visitors in crowd)
    assert acknowledged > 50
    assert acknowledged <= counted(item) <= made


def test_a_running_server_collects_by_itself_and_tells_the_new_number(server, item):
    server.start()
    server.ask("POST", f"/v/{item}?l=en")
    wanted = f'{{"{item}": 1}}'.encode()
    wait_for(lambda: server.ask("GET", f"/v?ids={item}") == (200, wanted), "the number to move")


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


def test_views_are_taken_while_the_database_is_locked_and_counted_afterwards(server, item):
    server.start()
    first = [server.ask("POST", f"/v/{item}", f"10.9.0.{n}") for n in range(4)]
    assert {answer[0] for answer in first} <= {200, 204}
    with database_locked():
        # The lock lasts until all are answered: what waited for it would never be.
        answers = [server.ask("POST", f"/v/{item}", f"10.9.1.{n}") for n in range(60)]
    assert {answer and answer[0] for answer in answers} <= {200, 204}
    wait_for(lambda: counted(item) == 64, "all views to be counted")


def test_views_are_taken_without_a_database_and_counted_when_it_is_back(server, item, tmp_path):
    away = "sqlite:////nowhere/portal.sqlite3"
    if connection.vendor != "sqlite":
        away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    server.start(away)
    answers = [server.ask("POST", f"/v/{item}", f"10.9.2.{n}") for n in range(30)]
    assert {answer and answer[0] for answer in answers} == {204}
    assert server.ask("GET", f"/v?ids={item}")[0] == 503
    server.stop()
    server.start()
    wait_for(lambda: counted(item) == 30, "all views to be counted")


# The collector


def write(folder, records):
    """Lines as a worker of now would leave them; each call is another worker."""
    folder.mkdir(exist_ok=True)
    name = f"{time.strftime('%Y%m%d%H', time.gmtime())}-{secrets.token_hex(8)}.jnl"
    (folder / name).write_bytes(b"".join(map(journal.encode, records)))


def random_records(dice, item, now, number):
    """Clicks of few visitors on one item, some within half a minute of each other."""
    return [
        journal.Record(
            now + dice.uniform(-400, 0), item, f"{dice.randrange(8):016x}", "", "en", "a.example"
        )
        for _ in range(number)
    ]


def run_collector(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.pageviews_collecting", *arguments],
        cwd=ROOT,
        env=environment(folder.parent),
    )


KILLS = [
    *((step, 1) for step in STEPS),
    ("before a table is increased", 3),
    ("after the commit", 1),
]


def test_a_collector_killed_at_any_step_neither_loses_nor_repeats(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    dice, now = random.Random(5), time.time()
    records = []
    for step, call in KILLS:
        fresh = random_records(dice, item, now, 40)
        records += fresh
        write(folder, fresh)
        if step == "before a file is deleted":
            age(folder)
        assert run_collector(folder, "kill", step, str(call)).wait(60) == -signal.SIGKILL, step
    collector.collect()
    collector.tidy()
    assert not Excluded.objects.filter(reason="corrupt").exists()
    assert Day.objects.filter(object_id=item.id).aggregate(n=models.Sum("views"))["n"] == (
        counted(item)
    )
    excluded = Excluded.objects.aggregate(n=models.Sum("number"))["n"]
    assert counted(item) + excluded == len(records)


def age(folder):
    """Counts and renames all files, with their rows, as if they were three days old."""
    collector.collect()
    for path in folder.glob("*.jnl"):
        old = f"2020010100-{path.name[11:]}"
        Offset.objects.filter(file=path.name).update(file=old)
        path.rename(path.with_name(old))


def test_two_collectors_at_once_count_each_view_once(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    stop, number = tmp_path / "stop", 0
    running = [run_collector(folder, "until", str(stop)) for _ in range(2)]
    for batch in range(100):
        now = time.time()
        records = [journal.Record(now, item, f"{number + n:016x}") for n in range(10)]
        # Each visitor clicks twice, and the two clicks lie in different files.
        write(folder, records)
        write(folder, records)
        number += len(records)
        if batch % 10 == 0:
            time.sleep(0.05)
    wait_for(lambda: counted(item) == number, "all views to be counted")
    stop.touch()
    assert [process.wait(60) for process in running] == [0, 0]
    collector.collect()
    assert counted(item) == number
    assert Excluded.objects.get(reason="repeat").number == number


def test_a_forked_worker_writes_a_journal_of_its_own(settings, tmp_path, item):
    settings.PORTAL_PAGEVIEWS_JOURNAL = folder = tmp_path / "pageviews"
    journal.journal.append(journal.Record(time.time(), item, "a"))
    child = os.fork()
    if not child:
        journal.journal.append(journal.Record(time.time(), item, "b"))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(journal.names(folder)) == 2
    journal.journal.append(journal.Record(time.time(), item, "c"))
    assert len(journal.names(folder)) == 2
