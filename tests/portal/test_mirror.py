"""The site as plain files: complete, in both languages, with links that lead somewhere."""

import functools
import http.server
import re
import threading
import urllib.request
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.management import CommandError, call_command

from portal.mirror import links
from portal.mirror.services import export
from portal.models import MenuItem, Page
from tests.builders import make_institution, make_page, make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings):
    """A list of two pages, a page in one language, and a link that leads nowhere."""
    settings.PORTAL_BASE_URL = "http://testserver"
    # Nothing is collected for tests.
    settings.WHITENOISE_USE_FINDERS = True
    for number in range(25):
        make_release(slug=f"release-{number}")
    make_release(slug="draft", public=[])
    page = make_page(slug="about-us")
    # The gate lets no dead link pass; this one died later.
    Page.objects.filter(pk=page.pk).update(body_en='<p><a href="/en/news/long-gone/">Old</a></p>')
    MenuItem.objects.create(page=page)
    make_institution("Nanjing University", "南京大学", slug="nju")


@pytest.fixture
def served(office, tmp_path):
    """The mirror behind an ordinary file server; yields its address and the report."""
    folder = tmp_path / "mirror"
    report = export(target=folder)
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", report
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def read(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode("utf-8", "replace")


def crawl(start):
    """Every page behind ``start`` that is reached through links, and what does not answer."""
    waiting, pages, broken = [f"{start}/"], {}, []
    seen = set(waiting)
    while waiting:
        address = waiting.pop()
        try:
            text = read(address)
        except urllib.error.HTTPError:
            broken.append(address.removeprefix(start))
            continue
        if "<html" not in text:
            continue
        pages[address.removeprefix(start)] = text
        for link in links.in_html(text):
            target = urljoin(address, link).partition("#")[0]
            if target.startswith(start) and target not in seen:
                seen.add(target)
                waiting.append(target)
    return pages, broken


def test_a_file_server_gives_every_page_and_no_link_is_broken(served, client):
    start, report = served
    pages, broken = crawl(start)
    assert broken == ["/en/news/long-gone/"]
    assert report.dead == {"/en/news/long-gone/": "/en/about-us/"}
    for number in range(25):
        for language in ("en", "zh-hans"):
            assert f"/{language}/news/release-{number}/" in pages
    for path in ("/en/", "/zh-hans/", "/zh-hans/about-us/", "/en/partners/nju/", "/en/agreements/"):
        assert path in pages
        assert title(pages[path]) == title(client.get(path).text)


def title(text):
    return re.search(r"<title>(.*?)</title>", text)[1]


def test_the_second_page_of_a_list_is_a_page_of_its_own(served):
    start, _report = served
    paths = ("", "_page-2/", "_page-3/")
    first, second, third = [read(f"{start}/en/news/{path}") for path in paths]
    assert 'href="/en/news/_page-2/"' in first
    assert "?page=2" not in first.replace("http://testserver", "")
    found = [set(re.findall(r"/en/news/(release-\d+)/", text)) for text in (first, second, third)]
    assert sum(map(len, found)) == len(set.union(*found)) == 25


def test_languages_lead_to_each_other_and_the_canonical_address_stays(served):
    start, _report = served
    text = read(f"{start}/en/news/release-3/")
    assert '<a class="lang" href="/zh-hans/news/release-3/"' in text
    assert 'rel="canonical" href="http://testserver/en/news/release-3/"' in text
    assert 'lang="zh-Hans"' in read(f"{start}/zh-hans/news/release-3/")


def test_nothing_that_visitors_may_not_read_is_in_it(served, tmp_path):
    names = [str(path) for path in (tmp_path / "mirror").rglob("*")]
    assert not [name for name in names if "draft" in name or "/admin" in name or "/account" in name]


def test_style_sheets_and_fonts_are_there(served, tmp_path):
    static = tmp_path / "mirror" / "static"
    assert list(static.rglob("core*.css")) and list(static.rglob("*.woff2"))
    assert (tmp_path / "mirror" / "404.html").is_file()
    assert (tmp_path / "mirror" / "zh-hans" / "404.html").is_file()


def test_a_folder_with_something_in_it_is_refused(db, tmp_path):
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export_site", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_page_that_fails_leaves_nothing_half_written(office, tmp_path, monkeypatch):
    monkeypatch.setattr("portal.views.homepage.context", lambda: 1 / 0)
    with pytest.raises(CommandError, match="answers with 500"):
        call_command("export_site", tmp_path / "mirror")
    assert list(tmp_path.iterdir()) == []


def test_links_are_found_wherever_html_has_them():
    text = '<a href="/a?x=1&amp;page=2">a</a><img srcset="/b 1w, /c 2w" src=\'no\'>'
    assert list(links.in_html(text)) == ["/a?x=1&page=2", "/b", "/c"]
    assert urlsplit(links.replaced(text, str.upper).split('"')[1]).path == "/A"
