"""Sends a page's form as a browser would: every field as it stands, but for the changes."""

from html.parser import HTMLParser

from playwright.sync_api import expect

UNSENT = {"submit", "button", "reset", "file", "image"}


class _Fields(HTMLParser):
    """The name and value pairs of the form with a given id."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.sent = []
        self.select = self.area = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if not self.inside or "disabled" in given:
            return
        name = given.get("name")
        if tag == "input" and name and given.get("type") not in UNSENT:
            ticked = given.get("type") in ("checkbox", "radio")
            if ticked and "checked" not in given:
                return
            default = "on" if ticked else ""
            self.sent.append((name, given.get("value", default) or ""))
        elif tag == "select" and name:
            self.select = (name, "multiple" in given, [])
        elif tag == "option" and self.select:
            self.select[2].append((given.get("value") or "", "selected" in given))
        elif tag == "textarea" and name:
            self.area = [name, ""]

    def handle_data(self, data):
        if self.area:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            name, multiple, options = self.select
            chosen = [value for value, selected in options if selected]
            if not chosen and not multiple and options:
                chosen = [options[0][0]]
            self.sent += [(name, value) for value in chosen]
            self.select = None
        elif tag == "textarea" and self.area:
            # A browser drops the line break that follows the opening tag.
            self.sent.append((self.area[0], self.area[1].removeprefix("\r\n").removeprefix("\n")))
            self.area = None


def fields(response, form_id) -> dict:
    """What the form on the page would send; lists where a name occurs more than once."""
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    found = {}
    for name, value in parser.sent:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def submit(client, address, form_id, *, follow=False, **changes):
    """Open the page at ``address``, change what is named, send its form."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return client.post(address, fields(page, form_id) | changes, follow=follow)


def press_save(page):
    """Press "Save" in the browser and wait until the server has said that it saved."""
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
