"""Asks another site for one address, without ever reaching into our own network.

A text can name any address, and so can the site that it leads to. Each hop is resolved here, all
addresses of its host must be public, and the connection goes to the very address that was
checked: a name that changes its address in between gains nothing.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from portal.linkcheck.models import Reason

PORTS = {"http": 80, "https": 443}
HOPS = 6
# Seconds for each wait, and for one address with all that it takes.
TIMEOUT = 10
DEADLINE = 25
# As much of an answer as is looked at.
BYTES = 1024
# Translates IPv4 addresses, ours as well.
NAT64 = IPv6Network("64:ff9b::/96")
# Kept for protocols; some versions of Python take a part of it for public.
PROTOCOLS = IPv4Network("192.0.0.0/24")
PERMANENT = (301, 308)
REDIRECTS = (*PERMANENT, 302, 303, 307)
# What sites answer to programs whatever is there.
EVASIVE = (401, 402, 403, 407, 429, 451, 999)


@dataclass(frozen=True)
class Answer:
    status: int | None = None
    reason: str = ""
    final: str = ""
    moved: bool = False

    @property
    def works(self) -> bool:
        # 416: there is something, and it is shorter than what was asked for.
        return self.status is not None and (200 <= self.status < 300 or self.status == 416)

    @property
    def is_final(self) -> bool:
        """It leads nowhere, whenever one asks."""
        if self.status is None:
            return self.reason in (Reason.ADDRESS, Reason.CLOSED, Reason.LOOP)
        return 400 <= self.status < 500 and self.status not in EVASIVE

    @property
    def may_pass(self) -> bool:
        return self.status is None or 500 <= self.status < 600


class Unreachable(Exception):
    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


def connect(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=TIMEOUT)


def is_public(address: str) -> bool:
    """Whether an address belongs to the world. Those that carry another one are judged by it."""
    number = ip_address(address.partition("%")[0])
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped or number.sixtofour:
            return is_public(str(number.ipv4_mapped or number.sixtofour))
        if number.teredo or number.is_site_local:
            return False
        if number in NAT64:
            return is_public(str(ip_address(int(number) & 0xFFFFFFFF)))
    if number in PROTOCOLS:
        return False
    return number.is_global and not (number.is_multicast or number.is_reserved)


class _Connection(http.client.HTTPConnection):
    """To an address that was checked, in the name of the host."""

    def __init__(self, target, address, connect):
        super().__init__(target.hostname, PORTS[target.scheme], timeout=TIMEOUT)
        self.default_port = self.port
        self.target, self.address, self.open = target, address, connect
        self.is_late = False

    def connect(self):
        self.sock = self.open(self.address, self.port)
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def abort(self):
        self.is_late = True
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@dataclass
class Fetcher:
    """``resolve`` and ``connect`` are the only ways out."""

    agent: str
    resolve: Callable[[str, int], list[str]] = resolve
    connect: Callable[[str, int], socket.socket] = connect

    def ask(self, address: str) -> Answer:
        moved = False
        try:
            for _hop in range(HOPS):
                status, location = self._ask_once(_target(address))
                if status not in REDIRECTS or not location:
                    return Answer(status, final=address, moved=moved)
                # A temporary detour does not make the address wrong, even if more follows.
                moved = status in PERMANENT and (moved or _hop == 0)
                address = urljoin(address, location)
        except Unreachable as error:
            return Answer(reason=error.reason, final=address)
        return Answer(reason=Reason.LOOP, final=address)

    def _ask_once(self, target):
        """HEAD, and where that is refused, the first byte by GET."""
        numbers = self._checked(target)
        status, location = self._request(target, numbers, "HEAD")
        if status >= 400:
            status, location = self._request(target, numbers, "GET")
        return status, location

    def _checked(self, target):
        try:
            numbers = self.resolve(target.hostname, PORTS[target.scheme])
        except (OSError, UnicodeError) as error:
            raise Unreachable(Reason.NO_HOST) from error
        if not numbers:
            raise Unreachable(Reason.NO_HOST)
        if not all(map(is_public, numbers)):
            raise Unreachable(Reason.CLOSED)
        return numbers

    def _request(self, target, numbers, method):
        connection = _Connection(target, numbers[0], self.connect)
        watch = threading.Timer(DEADLINE, connection.abort)
        watch.daemon = True
        watch.start()
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
        if method == "GET":
            headers["Range"] = "bytes=0-0"
        try:
            connection.request(method, _path(target), headers=headers)
            response = connection.getresponse()
            response.read(BYTES)
            if connection.is_late:
                # What came until then reads like a whole answer.
                raise TimeoutError
            return response.status, response.headers.get("Location", "")
        except ssl.SSLError as error:
            raise Unreachable(Reason.CERTIFICATE) from error
        except TimeoutError as error:
            raise Unreachable(Reason.TIMEOUT) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = Reason.TIMEOUT if connection.is_late else Reason.NO_CONNECTION
            raise Unreachable(reason) from error
        finally:
            watch.cancel()
            connection.close()


def _target(address) -> SplitResult:
    """The parts of an address that may be asked for: a plain host under its usual port."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise Unreachable(Reason.ADDRESS) from error
    if parts.scheme not in PORTS or not host:
        raise Unreachable(Reason.ADDRESS)
    if port not in (None, PORTS[parts.scheme]) or parts.username or parts.password:
        raise Unreachable(Reason.CLOSED)
    return parts._replace(netloc=f"[{host}]" if ":" in host else host)


def _path(target):
    path = quote(target.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(target.query, safe="/%:@!$&'()*+,;=~?")
    return f"{path}?{query}" if query else path
