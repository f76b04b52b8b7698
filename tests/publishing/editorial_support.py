"""Members of staff, and forms as their browsers would send them."""

from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.builders import make_user


def signed_in(group="Author", name=""):
    client = Client()
    client.user = make_user(name, group=group)
    client.force_login(client.user)
    return client


def address(name, *args):
    """In English, whatever language an earlier request of the process has left behind."""
    with translation.override("en"):
        return reverse(name, args=args)


def form_address(item, page="change"):
    meta = item._meta
    return address(f"admin:{meta.app_label}_{meta.model_name}_{page}", item.pk)


def filled(response) -> dict:
    """What the browser sends when the form of ``response`` is saved untouched."""
    data = {}
    for bound in response.context["adminform"].form:
        _fill(data, bound)
    for inline in response.context.get("inline_admin_formsets", ()):
        for bound in inline.formset.management_form:
            _fill(data, bound)
        for form in inline.formset.forms:
            for bound in form:
                _fill(data, bound)
    return data


def _fill(data, bound):
    value, name, widget = bound.value(), bound.html_name, bound.field.widget
    if isinstance(widget, forms.MultiWidget):
        for number, part in enumerate(widget.decompress(value) if value else ()):
            data[f"{name}_{number}"] = "" if part is None else str(part)
    elif isinstance(value, list | tuple):
        data[name] = [getattr(one, "pk", one) for one in value]
    elif value is not None and value is not False:
        data[name] = value


def save(client, item, **changes):
    """Open the form of ``item``, change some of it, and send it."""
    form = form_address(item)
    page = client.get(form)
    assert page.status_code == 200
    return client.post(form, filled(page) | changes | {"_continue": "1"})


def errors(response) -> dict:
    return dict(response.context["adminform"].form.errors) if response.context else {}


def confirm(client, response, **reason):
    """Press Publish on the page that ``save`` led to; without such a page nothing is left to do."""
    address = response.get("Location", "")
    return client.post(address, reason) if address.endswith("/publish/") else response
