"""`make run` and its parts, as a newcomer meets them: through the shell."""

import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from portal import launch

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = {"PORTAL_SECRET_KEY": "a-key-that-is-only-for-this-test-" + "0123456789" * 3}


def environment(folder, **changes):
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PORTAL_") and name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    own = {"PORTAL_VAR": str(folder), "PORT": str(free_port()), "DEMO": "0"}
    return kept | own | changes


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def launcher(*arguments):
    return [sys.executable, "-I", "portal/launch.py", *arguments]


def prepare():
    return [sys.executable, "-m", "portal.prepare"]


def run(command, environment):
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


def refused(command, environment):
    """The sentence of a start that was refused, and that it is nothing but a sentence."""
    result = run(command, environment)
    assert result.returncode == 1
    sentence = result.stderr.strip()
    assert "\n" not in sentence and "Traceback" not in sentence
    return sentence


class TestRefusals:
    def test_a_port_in_use(self, tmp_path):
        with closing(socket.socket()) as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            sentence = refused(launcher(), environment(tmp_path, PORT=str(port)))
        assert f"Port {port} on 127.0.0.1 is in use" in sentence

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
    def test_a_port_that_is_none(self, tmp_path, port):
        assert "from 1 to 65535" in refused(launcher(), environment(tmp_path, PORT=port))

    def test_an_address_of_another_machine(self, tmp_path):
        sentence = refused(launcher(), environment(tmp_path, PORTAL_BIND="192.0.2.1"))
        assert "no address of this machine" in sentence

    def test_a_data_folder_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").touch()
        sentence = refused(launcher(), environment(tmp_path / "file" / "var"))
        assert "cannot be written" in sentence and "PORTAL_VAR" in sentence

    @pytest.mark.parametrize(
        "url",
        [
            "mysql://someone@localhost/portal",
            "portal",
            "postgresql://localhost",
            "postgresql://localhost:port/portal",
            "postgresql://[::1/portal",
        ],
    )
    def test_a_database_url_of_the_wrong_form(self, tmp_path, url):
        sentence = refused(launcher(), environment(tmp_path, DATABASE_URL=url))
        assert "DATABASE_URL must look like" in sentence
        assert not (tmp_path / "secret-key").exists()

    def test_a_database_server_that_is_not_there(self, tmp_path):
        url = f"postgresql://someone:verysecret@127.0.0.1:{free_port()}/portal"
        sentence = refused(prepare(), environment(tmp_path, DATABASE_URL=url, **KEY))
        assert "named by DATABASE_URL" in sentence and "refused" in sentence
        assert "verysecret" not in sentence

    def test_a_database_that_cannot_be_opened(self, tmp_path):
        url = os.environ.get("DATABASE_URL", "")
        if url:
            wrong = re.sub(r":[^:@]+@", ":wrong@", url)
            sentence = refused(prepare(), environment(tmp_path, DATABASE_URL=wrong, **KEY))
            assert "password authentication failed" in sentence
        else:
            (tmp_path / "portal.sqlite3").write_text("no database at all, " * 99)
            sentence = refused(prepare(), environment(tmp_path, **KEY))
            assert "in the data folder cannot be used" in sentence

    @pytest.mark.parametrize(
        ("variable", "value", "reason"),
        [
            ("PORTAL_TIME_ZONE", "Mars/Olympus", "Mars/Olympus"),
            ("PORTAL_BASE_URL", "portal", "https://www.example.org"),
        ],
    )
    def test_a_setting_that_cannot_be_used(self, tmp_path, variable, value, reason):
        sentence = refused(prepare(), environment(tmp_path, **{variable: value}, **KEY))
        assert sentence.startswith("The settings cannot be used") and reason in sentence

    def test_no_key_anywhere(self, tmp_path):
        sentence = refused(prepare(), environment(tmp_path))
        assert "No secret key" in sentence

    def test_an_old_or_incomplete_python(self, monkeypatch):
        monkeypatch.setattr(sys, "version_info", (3, 9, 2))
        with pytest.raises(launch.Refusal, match="3.11 or newer"):
            launch.check_python()
        monkeypatch.undo()
        monkeypatch.setattr(launch.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(launch.Refusal, match="apt-get install python3-venv"):
            launch.check_python()

    def test_packages_that_cannot_be_installed(self):
        command = [sys.executable, "-c", "import sys; sys.exit('ERROR: no such package')"]
        with pytest.raises(launch.Refusal, match="ERROR: no such package"):
            launch.run_quietly(command, "filled")


class TestSecretKey:
    def test_is_made_once_and_for_the_owner_only(self, tmp_path, monkeypatch):
        monkeypatch.delenv("PORTAL_SECRET_KEY")
        launch.keep_secret_key(str(tmp_path))
        key = tmp_path / "secret-key"
        first = key.read_text()
        launch.keep_secret_key(str(tmp_path))
        assert key.read_text() == first and len(first) > 60
        assert stat.S_IMODE(key.stat().st_mode) == 0o600

    def test_of_the_environment_is_not_copied_to_disk(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PORTAL_SECRET_KEY", "from-the-environment")
        launch.keep_secret_key(str(tmp_path))
        assert not (tmp_path / "secret-key").exists()


@pytest.mark.django_db
class TestFirstAdministrator:
    @pytest.fixture(autouse=True)
    def data_folder(self, settings, tmp_path):
        settings.VAR = tmp_path

    def ensure(self, capsys):
        call_command("ensure_admin")
        return capsys.readouterr().out

    def test_gets_a_random_password_that_is_kept_for_the_owner_only(self, capsys, client, settings):
        said = self.ensure(capsys)
        note = settings.VAR / "first-login.txt"
        name, password = note.read_text().split()
        assert password in said
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        assert client.login(username=name, password=password)
        assert get_user_model().objects.get().is_superuser

    def test_is_not_made_twice(self, capsys):
        assert self.ensure(capsys) == self.ensure(capsys)
        assert get_user_model().objects.count() == 1

    def test_after_a_change_of_password_the_note_is_removed(self, capsys, settings):
        self.ensure(capsys)
        user = get_user_model().objects.get()
        user.set_password("chosen by a person")
        user.save()
        assert "admin, with the password you chose" in self.ensure(capsys)
        assert not (settings.VAR / "first-login.txt").exists()

    def test_is_left_alone_where_an_office_has_its_own(self, capsys, settings):
        get_user_model().objects.create_superuser("liwei", password="chosen by a person")
        assert "Staff login: liwei" in self.ensure(capsys)
        assert not (settings.VAR / "first-login.txt").exists()

    def test_does_not_take_over_an_account_with_its_name(self):
        get_user_model().objects.create_user("admin", password="chosen by a person")
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("ensure_admin")


@contextmanager
def running_portal(environment):
    """The launcher until it says that the portal is up; yields what it said, then stops it."""
    process = subprocess.Popen(
        launcher(),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C stops it" in line:
                break
        else:
            pytest.fail("The portal did not start:\n" + "".join(said))
        yield "".join(said)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert process.stdout.read().endswith("Stopped.\n")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_bare_data_folder_becomes_a_portal_and_a_second_start_keeps_its_data(tmp_path):
    if Path(sys.prefix) != Path(launch.VENV):
        pytest.fail("Run the tests with .venv/bin/pytest: the launcher works in .venv.")
    folder = tmp_path / "var"
    settings = environment(folder)
    start = f"http://127.0.0.1:{settings['PORT']}/"

    with running_portal(settings) as said:
        assert f"The portal is at {start}" in said
        assert status_of(f"{start}en/admin/login/") == 200
        password = re.search(r"Staff login: admin, password (\S+)", said)[1]
    kept = [(folder / "secret-key").read_text(), users(folder)]

    with running_portal(settings) as said:
        assert password in said
        assert "Preparing the database" not in said and "Collecting" not in said
        assert status_of(f"{start}en/admin/login/") == 200
    assert [(folder / "secret-key").read_text(), users(folder)] == kept

    with closing(socket.socket()) as after, pytest.raises(ConnectionRefusedError):
        after.connect(("127.0.0.1", int(settings["PORT"])))


def users(folder):
    with closing(sqlite3.connect(folder / "portal.sqlite3")) as database:
        return database.execute("SELECT username, password FROM auth_user").fetchall()
