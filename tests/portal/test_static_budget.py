"""What a reader's browser has to load before a page looks right, in bytes.

The limits are those of the design: style sheets, scripts and fonts stay within them, and no page
carries style or script of its own.
"""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from publishing.media.covers import cover

KB = 1024
TEMPLATES = settings.BASE_DIR / "templates"
SHEETS = settings.BASE_DIR / "static" / "css"
SHEET_LINK = re.compile(r"{% static 'css/([a-z]+\.css)' %}")
PUBLIC_PAGES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if '{% extends "base.html" %}' in path.read_text()
)


def minified(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").strip()


def compressed(content: bytes) -> int:
    return len(brotli.compress(content))


def sheets_of(template: str) -> set[str]:
    return {"core.css", *SHEET_LINK.findall((TEMPLATES / template).read_text())}


def public_templates() -> list[Path]:
    return [path for path in TEMPLATES.rglob("*.html") if "admin" not in path.parts]


@pytest.mark.parametrize("template", PUBLIC_PAGES)
def test_the_style_sheets_of_a_page_stay_below_30_kb(template):
    css = "".join(minified((SHEETS / sheet).read_text()) for sheet in sheets_of(template))
    assert len(css.encode()) <= 30 * KB


def test_all_public_style_sheets_compress_to_9_kb():
    used = set().union(*(sheets_of(template) for template in PUBLIC_PAGES))
    css = "".join(minified((SHEETS / sheet).read_text()) for sheet in sorted(used))
    assert compressed(css.encode()) <= 9 * KB


def test_the_script_that_holds_up_the_first_paint_is_half_a_kilobyte_at_most():
    assert Path(finders.find("js/theme.js")).stat().st_size <= 512


def test_our_deferred_scripts_compress_to_6_kb():
    scripts = [path for path in (settings.BASE_DIR / "static/js").glob("*.js")]
    deferred = b"".join(path.read_bytes() for path in scripts if path.name != "theme.js")
    assert compressed(deferred) <= 6 * KB


def test_a_first_view_loads_55_kb_of_fonts_and_italics_make_it_90():
    def font(name):
        return Path(finders.find(f"fonts/{name}.woff2")).stat().st_size

    upright = font("baskervville-latin-wght-normal") + font("figtree-latin-wght-normal")
    assert upright <= 55 * KB
    assert upright + font("baskervville-latin-wght-italic") <= 90 * KB


def test_every_font_that_a_sheet_names_is_there_with_its_licence():
    sheets = "".join(sheet.read_text() for sheet in SHEETS.glob("*.css"))
    named = re.findall(r"url\(\.\./fonts/([^)]+)\)", sheets)
    assert named
    for name in named:
        assert finders.find(f"fonts/{name}"), name
        assert finders.find(f"fonts/LICENSE-{name.partition('-')[0]}.txt"), name


def test_every_style_sheet_that_a_page_links_exists():
    linked = set().union(*(sheets_of(template) for template in PUBLIC_PAGES))
    assert {sheet for sheet in linked if not (SHEETS / sheet).is_file()} == set()


@pytest.mark.parametrize("template", public_templates(), ids=lambda path: path.name)
def test_no_template_carries_style_or_script_of_its_own(template):
    html = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=[\"']", html)
    tags = re.findall(r"<script[^>]*>", html)
    # A block of linked data is read by programs and never run.
    assert all("src=" in tag or tag == '<script type="application/ld+json">' for tag in tags)


@pytest.mark.parametrize("template", ["500.html", "503.html"])
def test_the_pages_for_bad_days_need_neither_context_nor_database(template):
    html = get_template(template).render()
    assert "<h1>" in html
    assert '<html lang="en">' in html


def test_the_pages_for_bad_days_speak_the_language_of_the_page():
    with translation.override("zh-hans"):
        assert '<html lang="zh-Hans">' in get_template("500.html").render()


def test_a_cover_weighs_5_kb_at_most_is_kept_for_ever_and_follows_from_the_slug_alone():
    def picture(slug):
        response = cover(RequestFactory().get("/"), slug)
        assert response["Content-Type"] == "image/svg+xml"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        return response.content

    pictures = {picture(f"release-{number}") for number in range(40)}
    assert len(pictures) == 40
    assert max(len(content) for content in pictures) <= 5 * KB
    assert picture("release-1") in pictures
