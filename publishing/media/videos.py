"""The hosts of videos, and how an address that staff paste names a film on one of them."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Provider(models.TextChoices):
    YOUTUBE = "youtube", "YouTube"
    VIMEO = "vimeo", "Vimeo"
    BILIBILI = "bilibili", _("Bilibili")
    TENCENT = "tencent", _("Tencent Video")


PLAYERS = {
    Provider.YOUTUBE: "https://www.youtube-nocookie.com/embed/{}",
    Provider.VIMEO: "https://player.vimeo.com/video/{}",
    Provider.BILIBILI: "https://player.bilibili.com/player.html?bvid={}",
    Provider.TENCENT: "https://v.qq.com/txp/iframe/player.html?vid={}",
}
# What a page must allow to be framed, once a reader asks for a film.
PLAYER_ORIGINS = sorted("https://" + urlsplit(player).netloc for player in PLAYERS.values())
PAGES = {
    Provider.YOUTUBE: "https://www.youtube.com/watch?v={}",
    Provider.VIMEO: "https://vimeo.com/{}",
    Provider.BILIBILI: "https://www.bilibili.com/video/{}",
    Provider.TENCENT: "https://v.qq.com/x/page/{}.html",
}
HOSTS = {
    Provider.YOUTUBE: ("youtube.com", "youtu.be", "youtube-nocookie.com"),
    Provider.VIMEO: ("vimeo.com",),
    Provider.BILIBILI: ("bilibili.com",),
    Provider.TENCENT: ("v.qq.com",),
}
# Where a host writes the number of a film: in one of these parameters, else in the path.
PARAMETERS = {
    Provider.YOUTUBE: "v",
    Provider.VIMEO: "",
    Provider.BILIBILI: "bvid",
    Provider.TENCENT: "vid",
}
NUMBERS = {
    Provider.YOUTUBE: re.compile(r"(?:^|/)([\w-]{11})(?:/|$)"),
    Provider.VIMEO: re.compile(r"(?:^|/)(\d{6,12})(?:/|$)"),
    Provider.BILIBILI: re.compile(r"(?:^|/)(BV[0-9A-Za-z]{10})(?:/|$)"),
    Provider.TENCENT: re.compile(r"(?:^|/)([a-z0-9]{11})(?:\.html|/|$)"),
}


@dataclass(frozen=True)
class Source:
    provider: Provider
    number: str

    @property
    def player_url(self):
        return PLAYERS[self.provider].format(self.number)

    @property
    def watch_url(self):
        return PAGES[self.provider].format(self.number)


def source_of(address: str) -> Source:
    """The film at ``address``; ValidationError, in a sentence, where no film can be read in it."""
    address = address.strip()
    parts = urlsplit(address if "//" in address else f"https://{address}")
    host = (parts.hostname or "").lower()
    for provider, names in HOSTS.items():
        if any(host == name or host.endswith(f".{name}") for name in names):
            named = parse_qs(parts.query).get(PARAMETERS[provider], [""])[0]
            if match := NUMBERS[provider].search(named or parts.path):
                return Source(provider, match[1])
            raise ValidationError(
                _("No video can be read in this address. Paste the address of the video itself."),
                code="no_video",
            )
    raise ValidationError(
        _("Videos are shown from YouTube, Vimeo, Bilibili and Tencent Video only."),
        code="unknown_provider",
    )
