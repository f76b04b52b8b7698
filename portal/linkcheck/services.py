import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from portal.linkcheck.fetching import Fetcher
from portal.linkcheck.models import CLAIM, ExternalLink, State, fingerprint
from publishing.editorial import outside

# Seconds between two questions to one host.
DELAY = 2
# Answers after which a host is left alone until the next run.
BUSY = (429, 503)


@dataclass
class Report:
    known: int = 0
    checked: int = 0
    states: dict[str, int] = field(default_factory=dict)


def agent() -> str:
    host = urlsplit(settings.PORTAL_BASE_URL).hostname
    return f"link-check of {host} (+{settings.PORTAL_BASE_URL}/en/about/contact/)"


def collect() -> int:
    """Bring the table in step with what the public reads; returns how many links there are."""
    found = {fingerprint(address): (address, uses) for address, uses in outside.links().items()}
    known = dict(ExternalLink.objects.values_list("fingerprint", "uses"))
    gone = list(known.keys() - found.keys())
    for start in range(0, len(gone), 500):
        ExternalLink.objects.filter(fingerprint__in=gone[start : start + 500]).delete()
    ExternalLink.objects.bulk_create(
        [
            ExternalLink(address=address, fingerprint=mark, uses=len(uses))
            for mark, (address, uses) in found.items()
            if mark not in known
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    for mark in known.keys() & found.keys():
        if known[mark] != len(found[mark][1]):
            ExternalLink.objects.filter(fingerprint=mark).update(uses=len(found[mark][1]))
    return len(found)


def check(*, most: int, fetcher: Fetcher | None = None, sleep=time.sleep) -> Report:
    """Look at what is due, ``most`` links at most; an interrupted run goes on where it was."""
    fetcher = fetcher or Fetcher(agent())
    report = Report(known=collect())
    last, busy = {}, set()
    for link in _in_turn(list(ExternalLink.objects.due(timezone.now())[:most])):
        host = urlsplit(link.address).netloc.lower()
        now = timezone.now()
        if host in busy or not _claimed(link, now):
            continue
        if host in last:
            sleep(max(0, last[host] + DELAY - time.monotonic()))
        answer = fetcher.ask(link.address)
        last[host] = time.monotonic()
        if answer.status in BUSY:
            busy.add(host)
        link.note(answer, timezone.now())
        report.checked += 1
    for state in State.values:
        if number := ExternalLink.objects.filter(state=state).count():
            report.states[state] = number
    return report


def _claimed(link, now) -> bool:
    """Another run may work at the same time."""
    due = ExternalLink.objects.due(now).filter(pk=link.pk)
    return bool(due.order_by().update(next_check=now + CLAIM))


def _in_turn(links):
    """One of each host, then the next of each: no host has to bear them all in a row."""
    hosts = {}
    for link in links:
        hosts.setdefault(urlsplit(link.address).netloc.lower(), deque()).append(link)
    while hosts:
        for host in list(hosts):
            yield hosts[host].popleft()
            if not hosts[host]:
                del hosts[host]
