"""Whether a user agent is a person's browser.

Two published lists and a short one of our own, none of which is enough alone: COUNTER's misses
newer programs, crawler-user-agents misses monitoring, and COUNTER's patterns match two families
of browsers that people use.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

COUNTER_LIST = Path(__file__).parent / "data" / "counter-robots.txt"

# Seen in logs and missed by both lists: monitoring, a JavaScript client, a link preview.
OUR_LIST = ("undici", "kube-probe", "ELB-HealthChecker", "WeChatShareExtension")

# The Baidu app and CUBOT telephones are browsers; their names contain patterns of the list.
BROWSERS = re.compile(r"baiduboxapp|\(Baidu; P\d [\d.]+\)|\bCUBOT", re.IGNORECASE)

# No browser has so short a name.
SHORTEST = 12
LONGEST = 1024


@lru_cache(4096)
def is_robot(user_agent: str) -> bool:
    if len(user_agent) < SHORTEST:
        return True
    from crawleruseragents import is_crawler

    user_agent = user_agent[:LONGEST]
    return is_crawler(user_agent) or bool(_listed().search(BROWSERS.sub("", user_agent)))


@cache
def _listed() -> re.Pattern:
    lines = COUNTER_LIST.read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("# ")]
    return re.compile("|".join([*patterns, *map(re.escape, OUR_LIST)]), re.IGNORECASE)
