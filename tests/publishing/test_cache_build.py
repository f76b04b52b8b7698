import pytest
from django.utils.translation import gettext_lazy

from publishing.cache.build import build


@pytest.fixture
def installation(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("old")
    build.cache_clear()
    yield tmp_path
    build.cache_clear()


def changed(before):
    build.cache_clear()
    return build() != before


def test_the_same_code_and_settings_are_the_same_build(installation, settings):
    settings.TITLE = gettext_lazy("Title")
    before = build()
    settings.TITLE = gettext_lazy("Title")
    assert not changed(before)


def test_a_changed_file_is_another_build_whatever_its_date(installation):
    before = build()
    (installation / "templates" / "page.html").write_text("new")
    assert changed(before)


def test_a_changed_setting_is_another_build(installation, settings):
    before = build()
    settings.PORTAL_BASE_URL = "https://other.example"
    assert changed(before)


def test_data_and_leftovers_are_no_part_of_the_build(installation):
    before = build()
    for folder in ("var", "__pycache__", ".git"):
        (installation / folder).mkdir()
        (installation / folder / "file").write_text("anything")
    assert not changed(before)
