"""What has changed in the source of a translation, shown at its field."""

from django import forms
from django.template.loader import render_to_string

from publishing.editorial import freshness, languages, richtext, wording
from publishing.editorial.languages import column
from publishing.editorial.richtext import RichTextField


def source_changed(row, name: str, source: str, before: str, path: str = "") -> str:
    """What has changed in the source of a translation, with "still correct"."""
    texts = before, languages.text(row, name, source)
    if isinstance(row._meta.get_field(name), RichTextField):
        texts = tuple(map(richtext.plain, texts))
    context = {
        "blocks": wording.blocks(*texts),
        "name": path or name,
        "tag": languages.TAGS[source],
    }
    return render_to_string("admin/editorial/_source_changed.html", context)


class WithNote(forms.Widget):
    """A field's widget with a note beneath; a table of rows has no other place for one."""

    template_name = "admin/editorial/_with_note.html"

    def __init__(self, widget, note):
        super().__init__(widget.attrs)
        self.widget, self.note = widget, note

    @property
    def media(self):
        return self.widget.media

    def render(self, name, value, attrs=None, renderer=None):
        field = self.widget.render(name, value, attrs, renderer)
        return render_to_string(self.template_name, {"field": field, "note": self.note})

    def id_for_label(self, id_):
        return self.widget.id_for_label(id_)


def show_changed_sources(item, context) -> None:
    """``context`` is that of the change form; asks the database nothing."""
    sources = context["adminform"].form.former_sources
    accessors = {part.model: accessor for accessor, part, _names in freshness.parts(type(item))}
    target, source = freshness.target_language(item), item.source_language
    for inline in context.get("inline_admin_formsets", ()):
        accessor = accessors.get(inline.formset.model)
        for form in inline.formset.initial_forms if accessor else ():
            _mark(form, f"{accessor}.{form.instance.key}.", target, source, sources)


def _mark(form, start, target, source, sources):
    for path, before in sources.items():
        name = path.removeprefix(start)
        field = form.fields.get(column(name, target)) if path.startswith(start) else None
        if field is not None:
            note = source_changed(form.instance, name, source, before, path)
            field.widget = WithNote(field.widget, note)
