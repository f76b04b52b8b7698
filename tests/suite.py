"""What `make test` does: every check and every test, on both databases and in a real browser.

Runs on the bare machine with the standard library only. As root it installs the system packages
that it misses; else it says which and how. The last line is ``N passed, N failed``, in which each
check and each test of each run is one.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from portal import launch  # noqa: E402

BIN = Path(launch.VENV) / "bin"
TEST_REQUIREMENTS = str(ROOT / "tests" / "requirements.txt")
TEST_STAMP = str(Path(launch.VENV) / "installed-for-tests")
CLUSTER_OWNERS = ("postgres", "nobody")


def main(arguments):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    started = time.monotonic()
    try:
        install_packages(lint_only="--lint" in arguments)
        passed, failed = run_checks(lint_checks())
        if "--lint" not in arguments:
            results = [run_checks(project_checks()), run_tests("SQLite"), run_tests_on_postgres()]
            passed += sum(result[0] for result in results)
            failed += sum(result[1] for result in results)
    except launch.Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"\nTook {time.monotonic() - started:.0f} seconds.")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


def install_packages(lint_only):
    launch.check_python()
    missing = [] if lint_only else missing_system_packages()
    if missing:
        install_system_packages(missing)
    launch.install()
    launch.install(TEST_REQUIREMENTS, TEST_STAMP)


def missing_system_packages():
    missing = []
    if not shutil.which("chromium"):
        missing.append("chromium")
    if not shutil.which("xgettext"):
        missing.append("gettext")
    if not any(Path("/usr/share/fonts").glob("**/Noto*CJK*")):
        missing.append("fonts-noto-cjk")
    if not postgres_programs():
        missing.append("postgresql")
    return missing


def install_system_packages(names):
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *names]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise launch.Refusal(
            f"Missing for the tests: {', '.join(names)}; install as root: apt-get install "
            + " ".join(names)
        )
    print(f"Installing {', '.join(names)} …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        result = subprocess.run(step, env=environment, capture_output=True, text=True)
    if result.returncode or missing_system_packages():
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise launch.Refusal(f"`{' '.join(command)}` failed: {reason}")


def postgres_programs():
    """The folder of the newest PostgreSQL server programs, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def lint_checks():
    templates = [
        str(path)
        for floor in ("publishing", "partners", "news", "portal", "templates")
        for path in sorted((ROOT / floor).glob("**/*.html"))
    ]
    yield "ruff check", [BIN / "ruff", "check", "--quiet", "."]
    yield "ruff format", [BIN / "ruff", "format", "--check", "--quiet", "."]
    if templates:
        yield "djade", [BIN / "djade", "--check", *templates]


def project_checks():
    manage = [BIN / "python", "manage.py"]
    yield "check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    yield "makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"]
    yield "collectstatic", [*manage, "collectstatic", "--noinput", "--verbosity", "0"]


def run_checks(checks):
    """Run each check with production settings; returns (passed, failed)."""
    counts = [0, 0]
    with tempfile.TemporaryDirectory(prefix="portal-checks-") as folder:
        environment = clean_environment() | {
            "PORTAL_VAR": folder,
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(64),
            "PORTAL_BASE_URL": "https://portal.example.org",
        }
        for name, command in checks:
            result = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            counts[bool(result.returncode)] += 1
            print(f"{'FAILED' if result.returncode else 'passed'}  {name}", flush=True)
            if result.returncode:
                print(result.stdout, flush=True)
    return counts


def clean_environment():
    """The machine's environment without what belongs to a portal that runs on it."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PORTAL_") and name not in ("PORT", "DATABASE_URL")
    }


def run_tests(database, url=""):
    """Run pytest once; returns (passed, failed), a skip counting as failed under CI."""
    print(f"\nTests on {database}", flush=True)
    environment = clean_environment() | ({"DATABASE_URL": url} if url else {})
    with tempfile.TemporaryDirectory(prefix="portal-report-") as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.call(
            [BIN / "python", "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}"],
            cwd=ROOT,
            env=environment,
        )
        if not report.is_file():
            return 0, 1
        suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    if os.environ.get("CI") == "true":
        failed += count["skipped"]
    return passed, max(failed, 1) if code else failed


def run_tests_on_postgres():
    with throwaway_postgres() as url:
        return run_tests("PostgreSQL", url)


@contextlib.contextmanager
def throwaway_postgres():
    """A PostgreSQL cluster of our own for as long as the context lasts; yields its URL."""
    programs = postgres_programs()
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    password, port = secrets.token_hex(16), free_port()
    (folder / "password").write_text(password)
    owner = cluster_owner()
    for path in (folder, folder / "password"):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    # The server refuses to run as root.
    as_owner = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    if os.geteuid() == 0:
        as_owner |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    server = None
    try:
        made = subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", "portal", "--auth=scram-sha-256"]
            + [f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8"]
            + ["--no-sync"],
            **as_owner,
        )
        if made.returncode:
            raise launch.Refusal(f"initdb failed: {made.stdout.decode(errors='replace')}")
        as_owner["stdout"] = (folder / "server.log").open("wb")
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder]
            + ["-h", "127.0.0.1", "-c", "fsync=off", "-c", "synchronous_commit=off"]
            + ["-c", "full_page_writes=off", "-c", "max_connections=200"],
            preexec_fn=launch.die_with_parent,
            **as_owner,
        )
        wait_for(programs, port, server, folder / "server.log")
        yield f"postgresql://portal:{password}@127.0.0.1:{port}/postgres"
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def cluster_owner():
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {user.pw_name: user for user in pwd.getpwall()}
    return next(known[name] for name in CLUSTER_OWNERS if name in known)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(programs, port, server, log):
    ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    for _ in range(300):
        if server.poll() is not None:
            break
        if subprocess.call(ready) == 0:
            return
        time.sleep(0.1)
    raise launch.Refusal(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
