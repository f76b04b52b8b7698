import os
import shutil
import threading
import time

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import expect

# A busy machine answers late; a browser that waits longer makes no test pass that should not.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items):
    """Mark browser tests and run them last; give back what migrations made after each flush."""
    for item in items:
        names = item.fixturenames
        if {"page", "context", "browser", "new_context"} & set(names):
            item.add_marker(pytest.mark.browser)
        marker = item.get_closest_marker("django_db")
        flushed = "live_server" in names or "transactional_db" in names
        if flushed or (marker and marker.kwargs.get("transaction")):
            # pytest-django serialises for markers that say so, not for the fixture beside one.
            given_back = pytest.mark.django_db(transaction=True, serialized_rollback=True)
            item.add_marker(given_back, append=False)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def begins_in_english():
    """Each test begins in English, whatever language the last request of another left behind."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def answered_to_the_end(request):
    """The live server ends what a browser still asked for before the tables are emptied.

    A browser that closes leaves its last requests running in threads of this process; they would
    lock the tables, or write into the database of the next test. This fixture is set up before
    the browser's, so it comes to its end after them.
    """
    yield
    if "live_server" not in request.fixturenames:
        return
    give_up = time.monotonic() + 30
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < give_up, "the live server still answers a request"
        time.sleep(0.01)


def pytest_sessionfinish(session):
    """With ``CI=true`` a test that did not run is a failure: nothing is skipped silently."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    skipped = len(terminalreporter.stats.get("skipped", []))
    if skipped and os.environ.get("CI") == "true":
        terminalreporter.write_line(f"{skipped} skipped: with CI=true that is a failure.", red=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_modify_db_settings_parallel_suffix):
    """Start Playwright before the database is prepared.

    Its event loop gives this thread another set of connection objects; what Django keeps on the
    first set, such as the rows to give back after a flush, would be lost to browser tests.
    """
    if any(item.get_closest_marker("browser") for item in request.session.items):
        request.getfixturevalue("playwright")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which never looks for its maker's hosts."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    return browser_type_launch_args | {
        "executable_path": program,
        "chromium_sandbox": os.geteuid() != 0,
        "args": [
            "--disable-gpu",
            "--disable-quic",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def base_url(live_server):
    """Makes ``page.goto("/en/")`` reach the live server."""
    return live_server.url
