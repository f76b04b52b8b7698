import shutil
import tempfile
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from portal.mirror import addresses, links
from portal.mirror.addresses import Address

BEGINNINGS = ("/", "/robots.txt", "/sitemap.xml", "/favicon.ico")
# Asked for as a matter of course: that one of them is not there is no dead link.
MAY_BE_MISSING = frozenset(BEGINNINGS[1:])
NOWHERE = "/{language}/_/_/"


class MirrorRefused(Exception):
    """Why no mirror was made, as one sentence."""


@dataclass
class Report:
    files: int = 0
    pages: int = 0
    # Address that does not answer, and the page that links to it first.
    dead: dict[str, str] = field(default_factory=dict)


def export(*, target: Path, progress=lambda report: None) -> Report:
    """Write the whole public site into ``target``, which must be empty or not there.

    The site is read as an anonymous visitor reads it. The folder appears when it is complete.
    """
    target = Path(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise MirrorRefused(f"{target} is not an empty folder; nothing was written.")
    if not target.parent.is_dir():
        raise MirrorRefused(f"There is no folder {target.parent}.")
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        report = _Mirror(draft, progress).make()
        draft.chmod(0o755)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    except OSError as error:
        raise MirrorRefused(f"The mirror could not be written: {error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return report


class _Mirror:
    def __init__(self, folder, progress):
        self.folder, self.progress = folder, progress
        self.report = Report()
        address = urlsplit(settings.PORTAL_BASE_URL)
        self.client = Client(
            SERVER_NAME=address.hostname,
            SERVER_PORT=str(address.port or (443 if address.scheme == "https" else 80)),
            raise_request_exception=False,
        )
        self.secure = address.scheme == "https"
        self.waiting = deque()
        self.known = {}
        # Pages whose links are replaced once every file has its name.
        self.texts = {}
        self.files = {}

    def make(self):
        for path in BEGINNINGS:
            self.ask_for(Address(path), "")
        for language, _name in settings.LANGUAGES:
            self.ask_for(Address(f"/{language}/"), "")
        while self.waiting:
            self.fetch(self.waiting.popleft())
        for language, _name in settings.LANGUAGES:
            self.error_page(language)
        self.entrance()
        for file, (address, text) in self.texts.items():
            self.write(file, links.replaced(text, lambda link, at=address: self.new(link, at)))
        self.progress(self.report)
        return self.report

    def ask_for(self, address, found_on):
        if address not in self.known:
            self.known[address] = found_on
            self.waiting.append(address)

    def get(self, address):
        response = self.client.get(str(address), secure=self.secure)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return response, content

    def fetch(self, address):
        response, content = self.get(address)
        if response.status_code >= 500:
            raise MirrorRefused(
                f"{address} answers with {response.status_code}; nothing was written."
            )
        if response.status_code >= 400:
            if str(address) not in MAY_BE_MISSING:
                self.report.dead[str(address)] = self.known[address]
        elif response.status_code >= 300:
            self.redirect(address, response["Location"])
        else:
            self.keep(address, response.get("Content-Type", ""), content)

    def keep(self, address, content_type, content):
        file = addresses.file_of(address, content_type)
        self.files[address] = file
        self.report.files += 1
        kind = content_type.partition(";")[0]
        if kind == "text/html":
            text = content.decode()
            self.texts[file] = (address, text)
            self.follow(links.in_html(text), address)
            self.report.pages += 1
            if self.report.pages % 50 == 0:
                self.progress(self.report)
            return
        if kind == "text/css":
            self.follow(links.in_css(content.decode()), address)
        elif kind.endswith("xml"):
            self.follow(links.in_xml(content.decode()), address)
        self.write(file, content)

    def follow(self, found, page):
        for link in found:
            address = addresses.own(link, page.path) if link else None
            if address is not None:
                self.ask_for(address, str(page))

    def redirect(self, address, location):
        target = addresses.own(location, address.path)
        if target is not None:
            self.ask_for(target, str(address))
        if address.path == "/":
            return
        file = addresses.file_of(address, "text/html")
        self.files[address] = file
        text = render_to_string("portal/mirror_redirect.html", {"target": location})
        self.texts[file] = (address, text)

    def entrance(self):
        """A file server knows no languages: the reader chooses."""
        homes = [(f"/{code}/", code) for code, _name in settings.LANGUAGES]
        text = render_to_string("portal/mirror_entrance.html", {"homes": homes})
        self.write(Path("index.html"), text)

    def error_page(self, language):
        """Many servers show ``404.html`` of the folder, or the one at the root."""
        with translation.override(language):
            _response, content = self.get(Address(NOWHERE.format(language=language)))
        address = Address(f"/{language}/404.html")
        self.texts[Path(language, "404.html")] = (address, content.decode())
        if language == settings.LANGUAGE_CODE:
            self.texts[Path("404.html")] = (address, content.decode())

    def new(self, link, page):
        """A link as it leads somewhere in the mirror; what needs the portal leads to the portal."""
        address = addresses.own(link, page.path) if link and not link.startswith("#") else None
        if address is None:
            live = link.startswith("/") and not link.startswith("//")
            return f"{settings.PORTAL_BASE_URL}{link}" if live else link
        parts = urlsplit(link)
        if address not in self.files or parts.netloc:
            return link
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        media = address.path.startswith((settings.STATIC_URL, settings.MEDIA_URL))
        query = f"?{parts.query}" if media and parts.query else ""
        return addresses.link_to(self.files[address]) + query + fragment

    def write(self, file, content):
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
