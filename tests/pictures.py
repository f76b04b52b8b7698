"""What `make pictures` does: photograph the demonstration for README and the editors' guides.

Starts a portal of its own in a folder that is thrown away, signs in as its first administrator and
opens each page in both languages. The pictures are written with 128 colours, so that they stay
small in the repository.
"""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests import suite

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WIDTH, HEIGHT = 1280, 860
LANGUAGES = {"en": "en", "zh-hans": "zh"}
# Name of the picture: address below the language, then what is clicked: "first" opens the first
# row of a list, "copy" a working copy of what is live.
STAFF_PAGES = {
    "desk": "admin/",
    "release": "admin/news/release/ first",
    "parity": "admin/languages/",
    "copy": "admin/news/release/ first copy",
    "event": "admin/news/event/ first",
    "institution": "admin/partners/institution/ first",
    "agreement": "admin/partners/agreement/ first",
    "due": "admin/partners/agreement/due/",
    "statistics": "admin/pageviews/total/",
}
CLICKS = {"first": "#result_list a[href*='/change/']", "copy": ".copy-bar form button"}


def main():
    with (
        tempfile.TemporaryDirectory(prefix="portal-pictures-") as folder,
        portal(Path(folder)) as (base, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=os.geteuid() != 0
        )
        picture(browser, f"{base}/en/", DOCS / "pictures" / "home.png")
        dark = DOCS / "pictures" / "register-chinese-dark.png"
        picture(browser, f"{base}/zh-hans/agreements/", dark, color_scheme="dark")
        for prefix, folder_name in LANGUAGES.items():
            guide(browser, f"{base}/{prefix}/", password, DOCS / "editors" / folder_name)


@contextlib.contextmanager
def portal(folder):
    """The demonstration on a free port; yields its address and the administrator's password."""
    port = suite.free_port()
    server = subprocess.Popen(
        [sys.executable, "-I", str(ROOT / "portal" / "launch.py")],
        env=suite.clean_environment() | {"PORTAL_VAR": str(folder), "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in server.stdout:
            if "The portal is at" in line:
                break
        else:
            sys.exit("The portal did not start.")
        yield f"http://127.0.0.1:{port}", (folder / "first-login.txt").read_text().split()[1]
    finally:
        server.terminate()
        server.wait(timeout=60)


def guide(browser, base, password, folder):
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{base}account/login/")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/**")
    for name, path in STAFF_PAGES.items():
        path, *clicks = path.split()
        page.goto(base + path)
        for click in clicks:
            page.locator(CLICKS[click]).first.click()
            page.wait_for_load_state("load")
        page.wait_for_timeout(500)
        save(page.screenshot(), folder / f"{name}.png")
    context.close()


def picture(browser, address, path, **options):
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, **options)
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(500)
    save(page.screenshot(), path)
    context.close()


def save(data, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(data)) as shot:
        shot.convert("RGB").quantize(128).save(path, optimize=True)
    print(path.relative_to(ROOT), f"{path.stat().st_size // 1024} KB", flush=True)


if __name__ == "__main__":
    main()
