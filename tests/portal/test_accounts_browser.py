"""Passkeys and security keys in a real browser, under the strict content security policy."""

import pytest
from django.urls import reverse

from tests.builders import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(page):
    page.set_default_timeout(15_000)
    return page


def test_a_passkey_is_added_and_then_opens_the_desk_alone(page, live_server):
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    # Advice of the browser's maker about forms is of another type.
    complaints = ("error", "warning")
    page.on(
        "console", lambda m: m.type in complaints and "404" not in m.text and said.append(m.text)
    )
    key = page.context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    verified = {"hasUserVerification": True, "isUserVerified": True}
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options | verified})
    make_user("editor", "Editor")
    # A passkey belongs to a name, never to a number.
    base = live_server.url.replace("127.0.0.1", "localhost")

    page.goto(f"{base}/en/admin/login/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("pw")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/en/admin/")
    page.goto(base + reverse("mfa_add_webauthn"))
    # What changes how one signs in asks for the password again.
    page.locator("input[type=password]").fill("pw")
    page.locator("main form button").first.click()
    page.locator("input[name=name]").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/recovery-codes/**")
    page.goto(f"{base}/en/account/logout/")
    page.locator("main button").click()
    page.wait_for_url(f"{base}/en/account/login/**")

    page.goto(f"{base}/en/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/en/admin/")
    assert page.get_by_text("editor").first.is_visible()
    # The desk has no transitions between pages, and Chromium says so.
    assert [text for text in said if "ViewTransition" not in text] == []
