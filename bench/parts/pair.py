"""A page and the count of its view, against two bare answers on the same server."""

from bench import portals
from bench.measure import Subject, alternate
from bench.report import Result, Table, Target


def run(bench):
    portal = portals.start(bench)
    environment, _headers, _body = portals.bare(bench, portal)
    bare = portals.start_bare(bench, environment, "callable")
    database = bench.databases.pid
    subjects = [
        Subject("page and its count", portal.base, (portal.pid, database), PAIR, requests=2),
        Subject("two bare answers", bare.base, (bare.pid,), BARE_PAIR, requests=2),
    ]
    taken = alternate(subjects, rounds=bench.rounds, seconds=bench.seconds, say=bench.say)
    ours, theirs = (taken[subject.name] for subject in subjects)
    return Result(
        "pair",
        "A visitor takes a page from the cache and reports the view. Both are answered by the same "
        "processes; the collector, which counts once a second, and PostgreSQL are in the processor "
        "time. Each view is by another visitor.",
        [
            Table(
                "",
                ["", "pairs/s", "processor ms", "p99 ms"],
                [
                    [s.name, one.median("rate"), one.median("cpu"), one.median("p99")]
                    for s, one in ((s, taken[s.name]) for s in subjects)
                ],
            )
        ],
        [Target("page and count against two bare answers", ours.ratio(theirs, "rate"), ">=", 0.5)],
        [f"{ours.failed} requests failed"] if ours.failed else [],
    )


BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
# The bench may speak for a proxy: each report comes from another address.
REPORT = f"""
local n = math.random(1000000) * 1000
local report = function(method, path)
  n = n + 1
  return wrk.format(method, path .. "/release-" .. (n % 20000 + 1) .. "?l=en", {{
    ["Host"] = "127.0.0.1",
    ["User-Agent"] = "{BROWSER}",
    ["Sec-Fetch-Site"] = "same-origin",
    ["Accept-Language"] = "en",
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d",
      math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256),
  }})
end
"""


def report_lua(method, path):
    """The request function of wrk for one report after another."""
    return f"""{REPORT}
request = function()
  return report("{method}", "{path}")
end
"""


PAIR = f"""{REPORT}
local page = wrk.format("GET", "{portals.RELEASE}", {{
  ["Host"] = "127.0.0.1", ["Accept-Encoding"] = "gzip, br"
}})
local turn = 0
request = function()
  turn = 1 - turn
  return turn == 1 and page or report("POST", "/v")
end
"""
BARE_PAIR = """
request = function()
  return wrk.format("GET", "/page/")
end
"""
