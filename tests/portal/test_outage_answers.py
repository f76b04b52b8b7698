"""What the portal says while its database is away, wherever the absence is noticed."""

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from tests.builders import make_user
from tests.publishing.cache_support import Site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outage(monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    def begin():
        connections.close_all()
        monkeypatch.setattr(type(connections["default"]), "connect", refuse)

    return begin


@pytest.mark.parametrize(
    "address",
    [
        "/{}/news/",
        "/{}/nothing/",
        "/{}/nothing/here/",
        "/{}/preview/forged/",
        "/{}/account/login/",
        "/{}/subscribe/",
        "/media/nothing/",
        "/api/v1/releases/",
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_that_needs_the_database_says_when_to_come_back(outage, address, language):
    outage()
    path = address.format(language)
    reply = Site().get(path)
    assert (reply.status, reply.headers["Cache-Control"]) == (503, "no-store"), reply.text
    assert int(reply.headers["Retry-After"]) > 0
    spoken = language if "{}" in address else "en"
    assert reply.headers["Content-Language"] == spoken
    assert ("暂时" in reply.text) == (spoken == "zh-hans")


@pytest.mark.parametrize("address", ["/en/news/", "/en/admin/", "/en/nothing/here/"])
def test_staff_are_told_the_same(outage, client, address):
    client.force_login(make_user(group="Publisher"))
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    outage()
    reply = Site().get(address, cookie=cookie)
    assert (reply.status, "Retry-After" in reply.headers) == (503, True)
