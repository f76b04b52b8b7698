"""Which fields of its entry a partner may confirm or correct, and how each is read and set.

A field is known by a key that stays right while other rows come and go: ``name_en``,
``abbreviation.12``, ``contact.7.email``. A value is plain text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django import forms
from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from partners.models import ContactPoint, Institution, InstitutionName, Place
from partners.models.confirmations import LONGEST, SALT
from publishing.editorial import languages
from publishing.editorial.exceptions import Refused

TEXTS = ("name", "summary", "website")
ABBREVIATION, CONTACT, PLACE, NEW = "abbreviation", "contact", "place", "new"
CONTACT_FIELDS = (*languages.columns("name"), "email", "telephone")


@dataclass(frozen=True)
class Entry:
    """One field: what it is called, what it says now, how it may be written."""

    key: str
    label: str
    value: str
    kind: type[forms.Field] = forms.CharField
    limit: int = 200
    language: str = ""
    is_long: bool = False

    @property
    def tag(self) -> str:
        return languages.TAGS.get(self.language, "")

    def form_field(self) -> forms.Field:
        attrs = {"lang": self.tag} if self.tag else {}
        widget = forms.Textarea(attrs | {"rows": 6}) if self.is_long else None
        options = {"assume_scheme": "https"} if self.kind is forms.URLField else {}
        made = self.kind(
            label=self.label, max_length=self.limit, required=False, widget=widget, **options
        )
        made.widget.attrs |= attrs
        return made


@dataclass(frozen=True)
class Row:
    """Fields that stand side by side: the two languages of a text, the parts of a contact."""

    label: str
    entries: list[Entry] = field(default_factory=list)


def rows(institution: Institution, contact: ContactPoint | None = None) -> list[Row]:
    """The entry as its partner sees it: what is public, and the contact that was written to."""
    found = [_text_row(institution, name) for name in TEXTS[:1]]
    found.append(Row(_("Abbreviation"), list(_abbreviations(institution))))
    place = Entry(PLACE, _("Place"), _place(institution), limit=300)
    found.append(Row(_("Place"), [place]))
    found += [_text_row(institution, name) for name in TEXTS[1:]]
    known = contact.pk if contact else None
    contacts = institution.contacts.filter(Q(is_public=True) | Q(pk=known))
    found += [_contact_row(one) for one in contacts]
    return found


def entries(found: list[Row]) -> Iterator[Entry]:
    for row in found:
        yield from row.entries


def _text_row(institution, name):
    column = Institution._meta.get_field(name)
    label = str(column.verbose_name)
    cells = []
    for code in languages.CODES:
        kind = forms.URLField if name == "website" else forms.CharField
        cells.append(
            Entry(
                languages.column(name, code),
                _("%(field)s, %(language)s")
                % {"field": label, "language": languages.language_name(code)},
                languages.text(institution, name, code),
                kind,
                column.max_length or LONGEST,
                code,
                is_long=name == "summary",
            )
        )
    return Row(label, cells)


def _abbreviations(institution):
    found = institution.names.filter(kind=InstitutionName.Kind.ABBREVIATION)
    for name in found:
        yield Entry(f"{ABBREVIATION}.{name.pk}", _("Abbreviation"), name.text)
    if not found:
        yield Entry(f"{ABBREVIATION}.{NEW}", _("Abbreviation"), "")


def _place(institution):
    if institution.place is None:
        return ""
    names = [languages.text(institution.place, "name", code) for code in languages.CODES]
    return " / ".join(dict.fromkeys(filter(None, names)))


def _contact_row(contact):
    purpose = _("Contact: %(purpose)s") % {"purpose": contact.get_purpose_display()}
    cells = []
    for name in CONTACT_FIELDS:
        column = ContactPoint._meta.get_field(name)
        label = str(column.verbose_name)
        code = getattr(column, "language", "")
        if code:
            language = languages.language_name(code)
            label = _("%(field)s, %(language)s") % {"field": _("Name"), "language": language}
        kind = forms.EmailField if name == "email" else forms.CharField
        value = getattr(contact, name) or ""
        cells.append(
            Entry(f"{CONTACT}.{contact.pk}.{name}", label, value, kind, column.max_length, code)
        )
    return Row(purpose, cells)


class ConfirmationForm(forms.Form):
    """The entry to be overwritten, what it said when it was shown, and who answers."""

    was = forms.CharField(
        widget=forms.HiddenInput,
        max_length=100_000,
        error_messages={"required": gettext_lazy("Please open the link again.")},
    )

    def __init__(self, *args, link, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows(link.institution, link.contact)
        shown = list(entries(self.rows))
        for one in shown:
            self.fields[one.key] = one.form_field()
            self.initial[one.key] = one.value
        self.fields["sender"] = forms.CharField(
            label=_("Your name and office"), max_length=160, required=False
        )
        self.fields["note"] = forms.CharField(
            label=_("Anything else"),
            max_length=2000,
            required=False,
            widget=forms.Textarea({"rows": 4}),
        )
        values = {one.key: one.value for one in shown}
        self.initial["was"] = signing.dumps([link.pk, values], salt=SALT, compress=True)
        self.link = link

    def cells(self):
        """The rows with the fields of this form, for the template."""
        return [(row, [(one, self[one.key]) for one in row.entries]) for row in self.rows]

    def about_the_answer(self):
        return [self["sender"], self["note"]]

    def clean_was(self):
        try:
            link, values = signing.loads(self.cleaned_data["was"], salt=SALT)
        except (signing.BadSignature, ValueError):
            link, values = None, {}
        if link != self.link.pk:
            raise forms.ValidationError(_("Please open the link again."))
        return values

    def changes(self) -> dict[str, tuple[str, str]]:
        """What was overwritten: before and after, by key; a field not sent says nothing."""
        was, found = self.cleaned_data["was"], {}
        for one in entries(self.rows):
            if self.add_prefix(one.key) not in self.data:
                continue
            before, after = was.get(one.key, one.value), _lines(self.cleaned_data[one.key])
            if after != _lines(before):
                found[one.key] = (before, after)
        return found


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()).strip()


# One field by its key, for those who decide.


def label(institution: Institution, key: str) -> str:
    if key in languages.columns(*TEXTS):
        name, code = next(
            (name, code)
            for name in TEXTS
            for code in languages.CODES
            if languages.column(name, code) == key
        )
        field_name = str(Institution._meta.get_field(name).verbose_name)
        language = languages.language_name(code)
        return _("%(field)s, %(language)s") % {"field": field_name, "language": language}
    kind, _dot, rest = key.partition(".")
    if kind == CONTACT:
        name = rest.partition(".")[2]
        own = str(ContactPoint._meta.get_field(name).verbose_name)
        return pgettext("between the parts of a title", ": ").join((_("Contact"), own))
    return {ABBREVIATION: _("Abbreviation"), PLACE: _("Place")}[kind]


def current(institution: Institution, key: str) -> str | None:
    """What the field says now; None where its row is gone."""
    if key in languages.columns(*TEXTS):
        return getattr(institution, key) or ""
    if key == PLACE:
        return _place(institution)
    if key == f"{ABBREVIATION}.{NEW}":
        return ""
    row, column = _row(institution, key)
    return None if row is None else getattr(row, column) or ""


def put(institution: Institution, key: str, value: str):
    """Set the field in memory; returns the row to save, or the row to delete with True."""
    if key in languages.columns(*TEXTS):
        setattr(institution, key, value)
        return institution, False
    if key == PLACE:
        institution.place = _place_called(value)
        return institution, False
    if key == f"{ABBREVIATION}.{NEW}":
        kind = InstitutionName.Kind.ABBREVIATION
        return InstitutionName(institution=institution, text=value, kind=kind), False
    row, column = _row(institution, key)
    if row is None:
        raise Refused(_("This is no longer on record."))
    if column == "text" and not value:
        return row, True
    setattr(row, column, value)
    return row, False


def _row(institution, key):
    kind, pk, *rest = key.split(".")
    if kind == ABBREVIATION:
        return institution.names.filter(pk=pk).first(), "text"
    return institution.contacts.filter(pk=pk).first(), rest[0]


def _place_called(value):
    if not value:
        return None
    called = Q()
    for part in [value, *value.split("/")]:
        called |= Q(name_en__iexact=part.strip()) | Q(name_zh_hans=part.strip())
    found = list(Place.objects.filter(called)[:2])
    if len(found) != 1:
        raise Refused(
            _("No single place on record has this name: enter it in the form of the institution.")
        )
    return found[0]
