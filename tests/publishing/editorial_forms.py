"""Staff forms filled as a browser fills them: everything that stands in the page is sent back."""

from html.parser import HTMLParser

from django.urls import reverse


class _Form(HTMLParser):
    def __init__(self):
        super().__init__()
        self.data, self.select, self.textarea, self.depth = {}, None, None, 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.depth = attrs.get("id", "").endswith("_form")
        if not self.depth:
            return
        name, kind = attrs.get("name"), attrs.get("type")
        if tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind not in ("checkbox", "radio") or "checked" in attrs:
                self.add(name, attrs.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in attrs:
            self.add(self.select, attrs.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            self.data[name] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None
        elif tag == "form":
            self.depth = 0

    def handle_data(self, data):
        if self.textarea:
            self.data[self.textarea] += data.removeprefix("\n")

    def add(self, name, value):
        if name in self.data:
            held = self.data[name]
            value = [*(held if isinstance(held, list) else [held]), value]
        self.data[name] = value


def filled(client, url) -> dict:
    form = _Form()
    form.feed(client.get(url).content.decode())
    return form.data


def save(client, item, **changes):
    """Open the form of ``item``, change some fields, press Save, and follow."""
    meta = item._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[item.pk])
    return client.post(url, filled(client, url) | changes, follow=True)
