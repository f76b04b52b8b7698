"""The search boxes in a real browser: what is offered while one types, and how it is reached."""

import re

import pytest
from playwright.sync_api import expect

from partners.models import InstitutionName
from tests.builders import make_institution, make_release

pytestmark = pytest.mark.django_db(transaction=True)

BOXES = ["/en/partners/", "/en/search/"]


@pytest.fixture
def content():
    southeast = make_institution("Southeast University", "东南大学", slug="southeast")
    InstitutionName.objects.create(
        institution=southeast, text="Nanjing Institute of Technology", kind="former"
    )
    make_institution("South China University", "华南大学", slug="south-china")
    make_release(headline_en="Southeast summer school")


@pytest.fixture
def asked(page, content):
    """What the page asked of the server since it was opened, by query."""
    asked = []
    page.on("request", lambda request: "?q=" in request.url and asked.append(request.url))
    return asked


def box(page):
    return page.get_by_role("combobox")


def type_in(page, text):
    with page.expect_response(re.compile(r"suggestions\.json")):
        box(page).press_sequentially(text)
    expect(page.get_by_role("option").first).to_be_visible()


@pytest.mark.parametrize("path", BOXES)
def test_the_arrow_keys_walk_the_offers_and_enter_opens_one(page, asked, path):
    page.goto(path)
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    type_in(page, "south")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("South")
    active = page.locator("[aria-selected=true]")
    expect(active).to_have_count(0)
    box(page).press("ArrowDown")
    box(page).press("ArrowDown")
    expect(active).to_have_count(1)
    expect(box(page)).to_have_attribute("aria-activedescendant", active.get_attribute("id"))
    assert active.get_attribute("id") == options.nth(1).get_attribute("id")
    box(page).press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box(page).press("ArrowUp")
    expect(active).to_have_count(0)
    box(page).press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(box(page)).to_be_focused()
    box(page).press("ArrowDown")
    box(page).press("ArrowDown")
    box(page).press("Enter")
    page.wait_for_url(re.compile(r"/en/partners/south"))


def test_escape_closes_the_list_and_keeps_the_text(page, asked):
    page.goto("/en/partners/")
    type_in(page, "south")
    box(page).press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("south")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    box(page).press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.locator("h1").click()
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_enter_without_a_choice_sends_the_form(page, asked):
    page.goto("/en/search/")
    type_in(page, "southeast")
    box(page).press("Enter")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.wait_for_url(re.compile(r"/en/search/\?q=southeast$"))
    expect(page.locator(".hit").first).to_be_visible()


def test_an_offer_is_opened_by_pointer(page, asked):
    page.goto("/en/search/")
    type_in(page, "summer")
    page.get_by_role("option", name="Southeast summer school").click()
    page.wait_for_url(re.compile(r"/en/news/"))


def test_the_number_of_offers_is_said_and_the_matching_name_shown(page, asked):
    page.goto("/en/partners/")
    type_in(page, "nanjing inst")
    expect(page.locator(".find [role=status]")).to_have_text("1 suggestion")
    expect(page.get_by_role("option")).to_have_text(
        "Southeast University formerly Nanjing Institute of Technology"
    )
    expect(page.get_by_role("listbox")).to_have_attribute("aria-label", re.compile("Name"))


@pytest.mark.parametrize("path", BOXES)
def test_composing_characters_sends_nothing_until_they_are_done(page, asked, path):
    page.goto(path)
    box(page).focus()
    session = page.context.new_cdp_session(page)
    for text in ("d", "do", "dong", "dongnan"):
        session.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        page.wait_for_timeout(120)
    page.wait_for_timeout(400)
    expect(box(page)).to_have_value("dongnan")
    assert asked == []
    with page.expect_response(re.compile(r"suggestions\.json")):
        session.send("Input.insertText", {"text": "东南"})
    expect(page.get_by_role("option").first).to_contain_text("Southeast University")
    expect(page.locator("#results")).to_contain_text("Southeast University")
    assert asked and all("q=%E4%B8%9C%E5%8D%97" in url for url in asked)


def test_fast_typing_asks_once(page, asked):
    page.goto("/en/partners/")
    type_in(page, "southeast")
    assert len([url for url in asked if "suggestions.json" in url]) == 1


@pytest.mark.parametrize("path", BOXES)
def test_without_script_the_box_is_a_form(new_context, content, path):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(path)
    search = page.get_by_role("searchbox")
    expect(search).not_to_have_attribute("aria-controls", re.compile("."))
    search.fill("东南")
    search.press("Enter")
    page.wait_for_url(re.compile(r"\?q=%E4%B8%9C%E5%8D%97"))
    expect(page.locator("#results")).to_contain_text("Southeast University")
