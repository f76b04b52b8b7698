import pytest

from publishing.pageviews import kinds
from tests.publishing.pageviews_support import HOST, Site, forget, register_groups


@pytest.fixture
def site(monkeypatch, settings, tmp_path):
    settings.PORTAL_PAGEVIEWS_BACKGROUND = False
    settings.PORTAL_PAGEVIEWS_JOURNAL = tmp_path / "journal"
    settings.ALLOWED_HOSTS = [HOST]
    settings.TIME_ZONE = "Asia/Shanghai"
    register_groups()
    forget()
    yield Site(monkeypatch, settings, tmp_path / "journal")
    kinds.unregister("group")
    forget()
