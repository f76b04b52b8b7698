"""Places as one line of text: "CN > Nanjing (南京) [city 32.06167,118.77778 Asia/Shanghai]".

From the country inwards. In the brackets stands, in any order, what is known: the level, the
coordinates, the time zone, the codes of country and subdivision, and geonames:number. Brackets
count only for a place that is not on record yet.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from partners.models import Place
from partners.services import save_place
from partners.services.checking import checked
from publishing.exchange.columns import Text

_STEP = re.compile(r"^(?P<name>.*?)(?: \((?P<chinese>[^()]*)\))?(?: ?\[(?P<facts>[^\[\]]*)\])?$")
_HAN = re.compile(r"[㐀-鿿]")
_FACTS = (
    ("level", re.compile("|".join(Place.Level.values))),
    ("at", re.compile(r"-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?")),
    ("geonames_id", re.compile(r"geonames:\d+")),
    ("country", re.compile(r"[A-Z]{2}")),
    ("subdivision", re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")),
    ("time_zone", re.compile(r"[A-Za-z_]+/[A-Za-z_/+-]+|UTC")),
)


def line(place: Place | None) -> str:
    steps = list(place.chain())[::-1] if place else []
    return " > ".join(
        str(step.country) if step.parent is None and step.country else _step(step) for step in steps
    )


def _step(place):
    names = [name for name in (place.name_en, place.name_zh_hans) if name]
    name = f"{names[0]} ({names[1]})" if len(names) == 2 else "".join(names)
    facts = [place.level, *_numbers(place), place.time_zone, place.subdivision, str(place.country)]
    return f"{name} [{' '.join(filter(None, facts))}]"


def _numbers(place):
    if place.latitude is not None:
        yield f"{place.latitude.normalize():f},{place.longitude.normalize():f}"
    if place.geonames_id:
        yield f"geonames:{place.geonames_id}"


class PlaceColumn(Text):
    """Compared by the place that it names; ``places`` finds and makes the places."""

    def __init__(self, name):
        super().__init__(name)

    def read(self, given):
        text = super().read(given)
        for step in filter(None, text.split(" > ")):
            _facts(_STEP.match(step)["facts"] or "")
        return text


def _facts(text):
    found = {}
    for word in text.replace(";", " ").split():
        name = next((name for name, form in _FACTS if form.fullmatch(word)), None)
        if name is None:
            raise ValueError(_("“%(word)s” says nothing of a place.") % {"word": word[:60]})
        found[name] = word
    if at := found.pop("at", ""):
        found["latitude"], found["longitude"] = map(Decimal, at.split(","))
    if number := found.get("geonames_id"):
        found["geonames_id"] = int(number.removeprefix("geonames:"))
    return found


class Places:
    """All places that are there, by where they lie and what they are called."""

    def __init__(self):
        self.rows, self.named, self.lines = {}, {}, {}
        for place in Place.objects.order_by("pk"):
            self._remember(place)
        for place in self.rows.values():
            # In memory already: a chain of places costs no query.
            place.parent = self.rows.get(place.parent_id)

    def _remember(self, place):
        self.rows[place.pk] = place
        names = [place.name_en, place.name_zh_hans]
        names += [str(place.country)] if place.parent_id is None else []
        for name in filter(None, names):
            self.named.setdefault((place.parent_id, name.casefold()), place)

    def at(self, text: str) -> Place | None:
        """The place that a line names, made where it is new; ValueError with a sentence."""
        place = None
        for step in filter(None, text.split(" > ")):
            place = self._inside(place, step)
        return place

    def line(self, pk: int | None) -> str:
        """The place with this key, written once for all its records."""
        if pk not in self.lines:
            self.lines[pk] = line(self.rows.get(pk))
        return self.lines[pk]

    def same(self, text: str, pk: int | None) -> bool:
        """Whether a line names the place with this key; makes none."""
        found = None
        for step in filter(None, text.split(" > ")):
            found = self._known(found, _STEP.match(step))
            if found is None:
                return False
        return (found and found.pk) == pk

    def _known(self, outer, match):
        key = outer.pk if outer else None
        for name in (match["name"], match["chinese"]):
            if name and (found := self.named.get((key, name.strip().casefold()))):
                return found
        return None

    def _inside(self, outer, step):
        match = _STEP.match(step)
        if found := self._known(outer, match):
            return found
        if outer is None and re.fullmatch("[A-Z]{2}", step):
            raise ValueError(_("There is no country with the code %(code)s.") % {"code": step})
        names = [match["name"].strip(), (match["chinese"] or "").strip()]
        if not names[1] and _HAN.search(names[0]):
            names.reverse()
        place = Place(name_en=names[0], name_zh_hans=names[1], parent=outer)
        for name, value in _facts(match["facts"] or "").items():
            setattr(place, name, value)
        save_place(place=checked(place))
        self._remember(place)
        return place
