"""The portal as it runs, with its database taken away and given back."""

import pytest

from publishing.pageviews.kinds import Item
from tests.builders import make_release
from tests.publishing.pageviews_crowd import Server, counted, database_away, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/en/news/summer-school/"


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path, "tests.portal.whole_server:application")
    yield server
    server.stop()


def test_pages_in_memory_stay_views_are_counted_and_the_rest_says_when_to_come_back(server):
    item = Item("release", make_release(slug="summer-school").pk)
    make_release(slug="winter-school")
    server.start()
    # Both workers have the page in memory.
    pages = {server.fetch("GET", PAGE).body for _ in range(20)}
    assert len(pages) == 1

    def stale():
        return server.fetch("GET", PAGE).headers["X-Portal-Stale"] == "1"

    with database_away():
        wait_for(stale, "the outage to be noticed")
        assert server.fetch("GET", PAGE).body in pages
        other = server.fetch("GET", "/zh-hans/news/winter-school/")
        assert (other.status, other.headers["Content-Language"]) == (503, "zh-hans")
        assert int(other.headers["Retry-After"]) > 0
        assert "暂时" in other.body.decode()
        views = [server.ask("POST", f"/v/{item}?l=en", f"10.9.3.{n}")[0] for n in range(9)]
        assert set(views) <= {200, 204}
        assert server.ask("GET", "/livez")[0] == 200
        assert server.ask("GET", "/readyz")[0] == 503
    wait_for(lambda: server.ask("GET", "/readyz")[0] == 200, "the portal to be ready")
    wait_for(lambda: not any(stale() for _ in range(10)), "the page to be current again")
    assert server.ask("GET", "/zh-hans/news/winter-school/")[0] == 200
    wait_for(lambda: counted(item) == 9, "all views to be counted")
