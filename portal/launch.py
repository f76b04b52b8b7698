"""What `make run` does: from a fresh checkout to a running portal.

Runs on the bare machine, so it needs nothing but Python's standard library, and it must be
readable by older Pythons far enough to say that they are too old. Everything that needs the
installed packages is in portal/prepare.py.

The environment: PORT, PORTAL_BIND, PORTAL_VAR, PORTAL_WORKERS, PORTAL_SECRET_KEY, DATABASE_URL
and DEMO (0: no demonstration content).
"""

import ctypes
import errno
import hashlib
import http.client
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "requirements.txt")
STAMP = os.path.join(VENV, "installed")
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
SECONDS_TO_START = 60
# Chosen by measurement (`make bench PART=server`).
WORKERS = 2
THREADS = 4
# For the C library: a picture that was drawn once leaves its 20 MB to the machine again, and
# threads share two heaps.
MEMORY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}
# Seconds that a new worker has to start before the one it replaces stops. With granian's own 3.5 a
# busy machine refuses connections while it is told to renew its workers.
RESPAWN_INTERVAL = 10


class Refusal(Exception):
    """A reason not to start, as one sentence for the person at the keyboard."""


def say(text):
    print(text, flush=True)


def check_python():
    if sys.version_info < (3, 11):
        raise Refusal(
            f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}: "
            "apt-get install python3, or name another one with PYTHON=/path/to/python3."
        )
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise Refusal(
            "Python's venv module with pip is missing: apt-get install python3-venv python3-pip."
        )


def data_folder():
    """The folder for everything that is kept, made and known to be writable."""
    folder = os.path.abspath(os.environ.get("PORTAL_VAR") or os.path.join(ROOT, "var"))
    probe = os.path.join(folder, f".writable-{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o750, exist_ok=True)
        with open(probe, "w"):
            pass
        os.remove(probe)
    except OSError as error:
        raise Refusal(
            f"The data folder {folder} cannot be written ({error.strerror}): give this user "
            "the right to, or name another one with PORTAL_VAR."
        ) from None
    return folder


def address():
    """Host and port to listen on, known to be free."""
    host = os.environ.get("PORTAL_BIND") or "127.0.0.1"
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refusal(f"PORT must be a number from 1 to 65535, not “{text}”.")
    port = int(text)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError:
        raise Refusal(f"Port {port} is kept for root: choose one above 1023 with PORT.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal(
                f"Port {port} on {host} is in use: stop what uses it, or choose another with "
                f"PORT, as in `make run PORT={port % 65535 + 1}`."
            ) from None
        raise Refusal(
            f"PORTAL_BIND={host} is no address of this machine ({error.strerror})."
        ) from None
    return host, port


def check_database_url():
    """Refuse what can be seen to be wrong before anything is installed."""
    url = os.environ.get("DATABASE_URL", "")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in DATABASE_SCHEMES and parts.path.strip("/") and parts.port != 0
    except ValueError:
        usable = False
    if url and not usable:
        raise Refusal(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name "
            "or sqlite:////folder/file; leave it out for SQLite in the data folder."
        )


def keep_secret_key(folder):
    """Make the key of this installation once; sessions and signed links depend on it."""
    path = os.path.join(folder, "secret-key")
    if os.environ.get("PORTAL_SECRET_KEY") or os.path.exists(path):
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    say(f"Made the secret key of this installation: {path}")


def install(requirements=REQUIREMENTS, stamp=STAMP):
    """Bring .venv to what `requirements` names; nothing is done when it is there already."""
    if not venv_works():
        say("Making the virtual environment .venv …")
        run_quietly([sys.executable, "-m", "venv", "--clear", VENV], "made")
    with open(requirements, "rb") as wanted, open(os.path.join(VENV, "pyvenv.cfg"), "rb") as venv:
        state = hashlib.sha256(wanted.read() + venv.read()).hexdigest()
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == state:
                return
    say(f"Installing the packages of {os.path.relpath(requirements, ROOT)} (once) …")
    run_quietly(
        [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
        + ["--no-input", "--disable-pip-version-check", "--quiet", "-r", requirements],
        "filled",
    )
    with open(stamp, "w") as file:
        file.write(state)


def venv_works():
    """False also after the Python it was made with has gone."""
    try:
        return subprocess.call([VENV_PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run_quietly(command, verb):
    """Run a step of the installation; its output is shown only as the reason of a refusal."""
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if result.returncode:
        lines = result.stdout.decode(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        errors = [line for line in said if "error" in line.lower()]
        reason = (errors or said or ["no reason given"])[-1]
        raise Refusal(
            f"The virtual environment {VENV} could not be {verb} (is the folder writable, the "
            f"package index reachable, ca-certificates installed?): {reason}"
        )


def prepare():
    """Database, static files, demonstration content and first login, with the packages."""
    code = subprocess.call([VENV_PYTHON, "-m", "portal.prepare"], cwd=ROOT)
    if code:
        raise SystemExit(code)


def granian_options(host, port, workers=WORKERS, threads=THREADS):
    """How the portal is served; docs/architecture.md gives the reasons."""
    return (
        ["--interface", "wsgi", "--host", host, "--port", str(port), "--http", "1", "--no-ws"]
        + ["--workers", str(workers), "--blocking-threads", str(threads)]
        + ["--respawn-failed-workers", "--respawn-interval", str(RESPAWN_INTERVAL)]
        + ["--workers-kill-timeout", "10", "--log-level", "warning"]
    )


def serve(host, port):
    """Run the production server until it is told to stop; returns its exit code."""
    say("Starting the server …")
    # In a session of its own Ctrl-C reaches it once, through `stop`, and not each worker again.
    server = subprocess.Popen(
        [VENV_PYTHON, "-m", "granian", "portal.wsgi:application"]
        + granian_options(host, port, os.environ.get("PORTAL_WORKERS") or WORKERS),
        cwd=ROOT,
        env=MEMORY | os.environ,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    stopping = []

    def stop(number, frame):
        stopping.append(number)
        if server.poll() is None:
            server.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    announce_when_ready(server, host, port)
    code = server.wait()
    if stopping:
        say("Stopped.")
        return 0
    raise Refusal(f"The server ended by itself (code {code}); its last words are above.")


def die_with_parent():
    """Ask Linux to stop the server also when the launcher is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def announce_when_ready(server, host, port):
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    name = f"[{reachable}]" if ":" in reachable else reachable
    public = os.environ.get("PORTAL_BASE_URL") or f"http://{name}:{port}"
    for _ in range(SECONDS_TO_START * 10):
        if server.poll() is not None:
            return
        if answers(reachable, port, urlsplit(public).netloc):
            say(f"\nThe portal is at {public}/  (staff: {public}/en/admin/)")
            say("Ctrl-C stops it; the data stays.")
            return
        time.sleep(0.1)
    say(f"The server has not answered for {SECONDS_TO_START} seconds; still waiting.")


def answers(host, port, public_name):
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/livez", headers={"Host": public_name})
        connection.getresponse().read()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(arguments):
    try:
        check_python()
        os.umask(0o027)
        folder = data_folder()
        host, port = address() if "--prepare" not in arguments else ("", 0)
        check_database_url()
        keep_secret_key(folder)
        install()
        prepare()
        return 0 if "--prepare" in arguments else serve(host, port)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before the portal was up.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
