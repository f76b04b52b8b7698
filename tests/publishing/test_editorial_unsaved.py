"""The preview beside a form shows what stands there, saved or not, and leaves no trace."""

import pytest

from news.models import Event, Quote, Release, Session
from portal.models import Page
from publishing.cache.models import Generation
from publishing.editorial import copies
from publishing.editorial.records import AuditEvent, Revision
from publishing.pageviews.models import Day
from publishing.search.models import SearchDocument
from tests.builders import make_event, make_institution, make_page, make_release, make_user
from tests.forms import fields
from tests.publishing.editorial_support import address, form_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    client.force_login(make_user(group="Author"))
    return client


def typed(client, item_or_model, **changes):
    """What a browser would send of the form, saved item or new."""
    meta = item_or_model._meta
    if isinstance(item_or_model, type):
        form = address(f"admin:{meta.app_label}_{meta.model_name}_add")
    else:
        form = form_address(item_or_model)
    return fields(client.get(form), f"{meta.model_name}_form") | changes


def preview(client, item_or_model, language="en", **changes):
    meta = item_or_model._meta
    if isinstance(item_or_model, type):
        target = address(f"admin:{meta.app_label}_{meta.model_name}_preview_new")
    else:
        target = form_address(item_or_model, "preview_unsaved")
    data = typed(client, item_or_model, **changes) | {"preview_language": language}
    return client.post(target, data)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("make", "title"), [(make_release, "headline"), (make_event, "title"), (make_page, "title")]
)
def test_it_shows_what_is_typed_in_each_language_and_keeps_nothing(author, make, title):
    item = make(public=[])
    for code, tag, words in (("en", "en", "Quite new"), ("zh-hans", "zh-Hans", "全新标题")):
        name = f"{title}_{code.replace('-', '_')}"
        page = text(preview(author, item, code, **{name: words}))
        assert words in page
        assert f'<html lang="{tag}">' in page
        kept = type(item).objects.get(pk=item.pk)
        assert getattr(kept, name) == getattr(item, name)


@pytest.mark.parametrize("model", [Release, Event, Page])
def test_an_item_that_was_never_saved_has_a_preview(author, model):
    title = "headline_en" if model is Release else "title_en"
    dated = {"start_date": "2026-05-01"} if model is Event else {}
    page = text(
        preview(author, model, **{title: "First words", "body_en": "<p>Body.</p>"}, **dated)
    )
    assert "First words" in page
    assert not model.with_copies.exists()


def test_unsaved_parts_relations_and_deletions_are_shown(author):
    release = make_release(public=[])
    Quote.objects.create(release=release, text_en="Leaving", speaker_en="A")
    institution = make_institution("Trinity Hall")
    changes = {
        "quotes-TOTAL_FORMS": "2",
        "quotes-0-DELETE": "on",
        "quotes-1-text_en": "A quote typed just now",
        "quotes-1-order": "0",
        "quotes-1-after": "1",
        "institutions": [str(institution.pk)],
    }
    page = text(preview(author, release, **changes))
    assert "A quote typed just now" in page
    assert "Leaving" not in page
    assert "Trinity Hall" in page
    assert list(release.quotes.values_list("text_en", flat=True)) == ["Leaving"]
    assert not release.institutions.exists()


def test_a_working_copy_is_previewed_with_what_is_typed(author):
    release = make_release(headline_en="Live")
    copy = copies.open_copy(item=release)
    assert "Typed" in text(preview(author, copy, headline_en="Typed"))
    assert Release.with_copies.get(pk=copy.pk).headline_en == "Live"


def test_it_leaves_no_trace(author):
    release = make_release(public=[], headline_en="Before")

    def traces():
        models = (Revision, AuditEvent, Day, SearchDocument)
        sums = [list(model.objects.order_by("pk").values()) for model in models]
        return sums, list(Generation.objects.order_by("pk").values()), release.saved_at

    before = traces()
    preview(author, release, headline_en="After")
    release.refresh_from_db()
    assert traces() == before


def test_the_page_is_kept_nowhere_runs_nothing_and_reports_nothing(author):
    answer = preview(author, make_release(public=[]))
    policy = answer["Content-Security-Policy"]
    assert "sandbox allow-same-origin" in policy
    assert "script-src 'none'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    page = text(answer)
    # In a frame without scripts a browser loads what stands in <noscript>.
    assert "/v/release" not in page
    assert "reads.js" not in page


def test_the_preview_of_what_is_saved_reports_nothing_either(author):
    release = make_release(public=[], headline_en="Saved")
    page = author.get(form_address(release, "preview_page")).content.decode()
    assert "Saved" in page and "/v/release" not in page


@pytest.mark.parametrize(
    "changes",
    [
        {"headline_en": "", "headline_zh_hans": "", "body_en": ""},
        {"release_date": "someday"},
        {"field": "999999", "institutions": ["x", "999999"]},
        {"headline_en": "Shown all the same", "slug": "Not A Slug!"},
        {"quotes-TOTAL_FORMS": "many"},
        {"quotes-TOTAL_FORMS": "1", "quotes-0-id": "77", "quotes-0-text_en": "x"},
        {"lead_image": "-1", "source_url": "javascript:alert(1)"},
        {"headline_en": "\u0000\ud7ff" * 900},
    ],
)
def test_incomplete_and_impossible_input_still_answers(author, changes):
    release = make_release(public=[], release_date="2020-05-01")
    assert preview(author, release, **changes).status_code == 200


def test_what_is_not_valid_stays_as_it_was_and_the_rest_follows(author):
    release = make_release(public=[], release_date="2020-05-01")
    page = text(preview(author, release, release_date="someday", headline_en="Follows"))
    assert "Follows" in page
    assert 'datetime="2020-05-01"' in page


def test_a_headline_that_is_too_long_to_save_is_shown_while_it_is_shortened(author):
    words = "Bridges " * 60
    assert "Bridges Bridges" in text(preview(author, make_release(public=[]), headline_en=words))


def test_an_event_without_its_date_says_that_something_is_missing(author):
    page = text(preview(author, Event, title_en="When?"))
    assert "no preview yet" in page


def test_an_event_s_session_is_shown_in_its_programme(author):
    event = make_event(public=[], start_date="2026-05-01")
    session = Session.objects.create(event=event, title_en="Opening", day="2026-05-01")
    page = text(preview(author, event, **{"sessions-0-title_en": "Opening remarks"}))
    assert "Opening remarks" in page
    session.refresh_from_db()
    assert session.title_en == "Opening"


def test_unsafe_text_is_cleaned_before_it_is_shown(author):
    page = text(
        preview(author, make_release(public=[]), body_en="<p>Fine<script>alert(1)</script></p>")
    )
    assert "Fine" in page
    assert "alert(1)" not in page


def test_only_who_may_change_the_item_and_only_by_post(client):
    draft, live = make_release(public=[]), make_release()
    client.force_login(make_user(group="Author"))
    assert client.get(form_address(draft, "preview_unsaved")).status_code == 405
    assert client.post(form_address(live, "preview_unsaved")).status_code == 403
    draft_address = form_address(draft, "preview_unsaved")
    assert client.post(draft_address, {"preview_language": "fr"}).status_code == 404
    draft.delete()
    assert client.post(draft_address).status_code == 404
    client.force_login(make_user(group="Partner manager"))
    assert client.post(address("admin:news_release_preview_new")).status_code == 403


def test_without_script_a_button_of_the_form_opens_it_in_a_new_tab(author):
    release = make_release(public=[])
    page = author.get(form_address(release)).content.decode()
    button = page[page.index('name="preview_language"') - 300 :][:400]
    for part in (
        'form="release_form"',
        f'formaction="{form_address(release, "preview_unsaved")}"',
        'formtarget="_blank"',
        "formnovalidate",
    ):
        assert part in button


def test_a_form_narrowed_to_one_language_shows_the_other_as_it_was_saved(author):
    release = make_release(public=[], headline_zh_hans="已存标题")
    form = form_address(release) + "?only=en"
    page = author.get(form)
    target = page.context["preview_form_url"]
    data = fields(page, "release_form") | {"headline_en": "Typed"}
    assert "Typed" in text(author.post(target, data | {"preview_language": "en"}))
    assert "已存标题" in text(author.post(target, data | {"preview_language": "zh-hans"}))
