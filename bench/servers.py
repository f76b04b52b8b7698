"""Starts what is measured, on 127.0.0.1, and stops it."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from bench.measure import wait_until
from portal import launch

ROOT = Path(launch.ROOT)
BIN = Path(launch.VENV) / "bin"
WORKERS, THREADS = launch.WORKERS, launch.THREADS


def clean_environment() -> dict:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PORTAL_") and name not in ("PORT", "DATABASE_URL")
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def granian(application, port, *, programs=BIN, workers=WORKERS, threads=THREADS):
    return [
        programs / "granian",
        *launch.granian_options("127.0.0.1", port, workers, threads),
        application,
    ]


def gunicorn(application, port, *, programs=BIN, workers=WORKERS, threads=THREADS):
    """As its manual advises for applications that wait: threads, and heartbeats in memory."""
    return [
        *(programs / "python", "-m", "gunicorn"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads)),
        *("--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "10", "--log-level", "error"),
        application,
    ]


class Server:
    def __init__(self, command, port, *, environment=None, folder=ROOT, ready="/"):
        self.command, self.port, self.ready = [str(part) for part in command], port, ready
        self.process = subprocess.Popen(
            self.command,
            cwd=folder,
            env=clean_environment() | launch.MEMORY | (environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=launch.die_with_parent,
        )
        self.pid = self.process.pid

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def wait(self):
        wait_until(self._answers, f"{Path(self.command[0]).name} on port {self.port}")

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{' '.join(self.command)} ended with {self.process.returncode}.")
        status, _headers, _body = self.get(self.ready)
        return status is not None

    def get(self, path, method="GET", **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (OSError, http.client.HTTPException):
            return None, [], b""
        finally:
            link.close()

    def stop(self):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()


def wait_for_port(port):
    def listens():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True

    wait_until(listens, f"port {port}")


@contextlib.contextmanager
def serving(command, port, **options):
    server = Server(command, port, **options)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def nginx(folder: Path, body: bytes, headers):
    """One file with these bytes, sent with these headers, by as many workers as the portal has."""
    port = free_port()
    (folder / "page").write_bytes(body)
    kept = [(n, v) for n, v in headers if n.lower() not in ("content-length", "date", "server")]
    lines = "\n".join(
        f"add_header {name} '{value.replace(chr(39), chr(92) + chr(39))}';"
        for name, value in kept
        if name.lower() != "content-type"
    )
    (folder / "nginx.conf").write_text(
        f"""
daemon off; master_process on; worker_processes {WORKERS}; pid {folder}/nginx.pid;
error_log stderr error; {"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; etag off;
  open_file_cache max=100; default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}; {lines} }}
}}
"""
    )
    command = [shutil.which("nginx"), "-c", folder / "nginx.conf", "-p", folder]
    with serving(command, port, ready="/page") as server:
        yield server


def run(command, *, environment=None, folder=ROOT):
    """A step of preparation; its output is shown where it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=clean_environment() | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{result.stdout[-3000:]}")
    return result.stdout
