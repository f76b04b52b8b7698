"""Starts the portal in the ways that are compared, and says what it is asked."""

import json

from bench import servers
from bench.database import Amount

APPLICATION = "portal.wsgi:application"
# One release and one list of the synthetic content.
RELEASE, LIST = "/en/news/release-5000/", "/en/news/"
COUNTS = "/v?ids=release-1"
# As a browser asks; `wrk` itself would take plain text.
BROWSER = {"Accept-Encoding": "gzip, br"}


def any_page(pattern: str, numbers: range) -> str:
    """The request function of wrk for one of many pages; ``%d`` stands for its number.

    Another one each time, so that nothing but a page cache could have it ready.
    """
    return f"""
local n = math.random(1000000)
request = function()
  n = n + 7919
  return wrk.format("GET", string.format("{pattern}", n % {len(numbers)} + {numbers.start}))
end
"""


def one_page(path: str) -> str:
    """The same page each time, rendered for each: readers of one page would share a rendering,
    but pages are kept apart by the Host header, of which the port is free."""
    return f"""
local n = math.random(60000)
request = function()
  n = n % 60000 + 1
  return wrk.format("GET", "{path}", {{["Host"] = "127.0.0.1:" .. n}})
end
"""


ANY_RELEASE = any_page("/en/news/release-%d/", range(Amount.releases))
ANY_LIST = any_page("/en/news/?page=%d", range(1, Amount.releases // 10 + 1))


def as_browser(lua: str = "") -> str:
    headers = "".join(f'wrk.headers["{name}"] = "{text}"\n' for name, text in BROWSER.items())
    return headers + lua


def start(bench, amount=None, *, cache=True, command=servers.granian, **options):
    """The portal as `make run` serves it; without ``cache`` each page is rendered anew."""
    name = bench.databases.portal(amount or Amount())
    environment = bench.databases.environment(name) | options.pop("environment", {})
    if not cache:
        environment["PORTAL_CACHE_MB"] = "0"
    if not (bench.folder / "var" / "static").exists():
        manage = [servers.BIN / "python", "manage.py", "collectstatic", "--noinput"]
        servers.run(manage, environment=environment)
    port = servers.free_port()
    server = servers.serving(
        command(APPLICATION, port, **options), port, environment=environment, ready="/livez"
    )
    return bench.stack.enter_context(server)


def bare(bench, server, path=RELEASE):
    """The answer of ``server`` kept for ``bench.bare``: its environment, headers and bytes."""
    status, headers, body = server.get(path, **BROWSER)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}.")
    kept = [pair for pair in headers if pair[0].lower() not in ("date", "server")]
    folder = bench.folder / f"bytes-{server.port}"
    folder.mkdir()
    (folder / "body").write_bytes(body)
    (folder / "headers.json").write_text(json.dumps(kept))
    return {"BENCH_BYTES": str(folder)}, kept, body


def start_bare(bench, environment, kind, *, command=servers.granian, **options):
    """``kind``: callable or django."""
    port = servers.free_port()
    environment = environment | {"BENCH_BARE": kind}
    server = servers.serving(
        command(f"bench.bare:{kind}", port, **options),
        port,
        environment=environment,
        ready="/page/",
    )
    return bench.stack.enter_context(server)
