"""A made-up number of rows: refused with a sentence, and what was typed stays."""

import pytest
from django.contrib import admin
from django.db import models

from news.models import Quote
from portal.models import MenuItem
from publishing.editorial.admin.rowlimits import NEW_ROWS, LimitedRows
from tests.builders import make_concluded, make_release, make_user
from tests.forms import fields, submit

pytestmark = pytest.mark.django_db


def test_a_claimed_thousand_rows_are_refused_and_the_text_stays(client):
    client.force_login(make_user(group="Editor"))
    release = make_release(public=[])
    Quote.objects.create(release=release, text_en="Said before.")
    form = f"/en/admin/news/release/{release.pk}/change/"
    typed = {"quotes-TOTAL_FORMS": "1900", "headline_en": "Typed with care", "_continue": "1"}
    answer = submit(client, form, "release_form", **typed)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f"At most {NEW_ROWS + 1} rows can be sent here at once." in page
    sent = fields(answer, "release_form")
    assert (sent["headline_en"], sent["quotes-0-text_en"]) == ("Typed with care", "Said before.")
    assert f"quotes-{NEW_ROWS}-text_en" in sent
    assert f"quotes-{NEW_ROWS + 1}-text_en" not in sent


def test_a_hundred_new_rows_are_saved(client):
    client.force_login(make_user(group="Editor"))
    release = make_release(public=[])
    form = f"/en/admin/news/release/{release.pk}/change/"
    typed = {f"quotes-{n}-text_en": f"Sentence {n}." for n in range(NEW_ROWS)}
    for name in ("after", "order"):
        typed |= {f"quotes-{n}-{name}": "0" for n in range(NEW_ROWS)}
    page = fields(client.get(form), "release_form")
    assert page["quotes-MAX_NUM_FORMS"] == str(NEW_ROWS)
    answer = client.post(form, page | typed | {"quotes-TOTAL_FORMS": str(NEW_ROWS)})
    assert answer.status_code == 302
    assert release.quotes.count() == NEW_ROWS


def test_rows_that_are_there_are_saved_where_none_may_be_added(client):
    client.force_login(make_user(group="Partner manager"))
    agreement = make_concluded("North side", "South side", kind_id="mou")
    form = f"/en/admin/partners/agreement/{agreement.pk}/change/"
    answer = submit(client, form, "agreement_form", kind="moc")
    assert answer.status_code == 302
    agreement.refresh_from_db()
    assert agreement.kind_id == "moc"


def test_a_list_that_is_edited_in_place_has_the_same_limit(client):
    client.force_login(make_user(is_superuser=True))
    item = MenuItem.objects.first() or MenuItem.objects.create(section="news", order=1)
    forged = {"form-TOTAL_FORMS": "1900", "_save": "Save", "form-0-order": "7"}
    answer = submit(client, "/en/admin/portal/menuitem/", "changelist-form", **forged)
    assert "rows can be sent here at once" in answer.content.decode()
    item.refresh_from_db()
    assert item.order != 7


def test_every_form_with_rows_has_the_limit():
    inlines = {
        inline
        for model_admin in admin.site._registry.values()
        for inline in model_admin.get_inlines(None, model_admin.model())
        if issubclass(inline.model, models.Model)
    }
    assert len(inlines) > 15
    assert [one for one in inlines if not issubclass(one.formset, LimitedRows)] == []
