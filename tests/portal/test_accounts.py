"""Staff sign in: by password, authenticator app, passkey or recovery code; visitors never do."""

import re
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.accounts.adapters import SocialAdapter
from portal.accounts.words import WORDS
from portal.models import SiteSettings
from publishing.editorial.records import AuditEvent
from tests.builders import make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/en/account/login/"


def sign_in(client, name="editor", password="pw", **extra):
    return client.post(SIGN_IN, {"login": name, "password": password}, **extra)


@pytest.mark.parametrize("place", ["login/", "password/reset/", "password/reset/done/"])
def test_the_head_of_a_page_for_strangers_names_the_office(client, place):
    page = client.get(f"/en/account/{place}").content.decode()
    assert SiteSettings.load().name in page.partition('<header class="mast">')[2][:900]
    assert "testserver" not in page.partition("<footer")[2]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def give_app(user):
    """A second factor; returns its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_now(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.fixture
def editor():
    return make_user("editor", "Editor", email="editor@example.org")


class TestTheWayIn:
    def test_the_desk_leads_to_the_portals_own_page_and_back(self, client, editor):
        wanted = reverse("admin:news_release_changelist")
        answer = client.get(wanted, follow=True)
        assert answer.request["PATH_INFO"] == SIGN_IN
        answer = client.post(SIGN_IN, {"login": "editor", "password": "pw", "next": wanted})
        assert answer["Location"] == wanted
        assert client.get(wanted).status_code == 200

    def test_it_speaks_the_language_of_the_address(self, client):
        assert 'lang="zh-Hans"' in client.get("/zh-hans/account/login/").text

    def test_a_strange_address_to_return_to_is_not_followed(self, client, editor):
        data = {"login": "editor", "password": "pw", "next": "https://evil.example/"}
        assert client.post(SIGN_IN, data)["Location"] == reverse("admin:index")

    def test_a_user_who_is_not_staff_is_told_so_once(self, client, editor):
        editor.is_staff = False
        editor.save()
        client.force_login(editor)
        assert client.get(reverse("admin:index"), follow=True).status_code == 403

    @pytest.mark.parametrize("path", ["signup/", "email/", "3rdparty/signup/"])
    def test_nobody_signs_up(self, client, path):
        assert client.get(f"/en/account/{path}").status_code == 404
        assert client.post(f"/en/account/{path}", {}).status_code == 404

    def test_visitors_get_no_cookie(self, client):
        assert not client.get("/en/").cookies
        assert not client.get("/en/news/").cookies

    def test_pages_of_an_account_are_not_kept_by_caches(self, client, editor):
        client.force_login(editor)
        for path in ("login/", "2fa/", "sessions/", "password/change/"):
            answer = client.get(f"/en/account/{path}")
            assert "no-store" in answer.get("Cache-Control", "") or answer.status_code == 302


class TestNobodyIsBetrayed:
    def test_a_wrong_password_and_an_unknown_name_look_the_same(self, client, editor):
        known = sign_in(client, password="wrong")
        unknown = sign_in(client, name="nobody", password="wrong")

        def text(answer):
            return re.sub(r'value="[^"]*"', "", answer.text)

        assert known.status_code == unknown.status_code == 200
        assert text(known) == text(unknown)

    def test_asking_for_a_new_password_says_nothing_of_the_address(self, client, editor):
        path = reverse("account_reset_password")
        known = client.post(path, {"email": "editor@example.org"})
        unknown = client.post(path, {"email": "nobody@example.org"})
        assert known.status_code == unknown.status_code == 302
        assert known["Location"] == unknown["Location"]
        assert [letter.to for letter in mail.outbox] == [["editor@example.org"]]


class TestThrottle:
    def exhaust(self, client, names, **extra):
        for name in names:
            assert sign_in(client, name, "wrong", **extra).status_code == 200

    def test_the_sixth_attempt_on_a_name_waits(self, client, editor):
        self.exhaust(client, ["editor"] * 5)
        answer = sign_in(client)
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert not is_signed_in(client)

    @pytest.mark.parametrize("name", ["EDITOR", " editor", "ｅｄｉｔｏｒ"])
    def test_another_spelling_is_the_same_name(self, client, editor, name):
        self.exhaust(client, ["Editor", "eDitor", "edItor", "ediTor", "editOr"])
        assert sign_in(client, name).status_code == 429

    def test_a_forged_address_is_the_same_visitor(self, client, editor):
        for number in range(5):
            sign_in(client, password="wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
        assert sign_in(client, HTTP_X_FORWARDED_FOR="198.51.100.99").status_code == 429

    def test_a_forged_address_does_not_escape_the_limit_of_an_address(self, client):
        for number in range(10):
            answer = sign_in(client, f"name{number}", "x", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}")
            assert answer.status_code == 200
        for number in range(10, 20):
            sign_in(client, f"name{number}", "x", HTTP_X_FORWARDED_FOR=f"1.2.3.{number}")
        assert sign_in(client, "name20", "x", HTTP_X_FORWARDED_FOR="9.9.9.9").status_code == 429

    def test_another_port_in_the_host_header_is_the_same_portal(self, client, editor):
        for port in range(5):
            sign_in(client, password="wrong", HTTP_HOST=f"testserver:{8000 + port}")
        assert sign_in(client, HTTP_HOST="testserver:9000").status_code == 429

    def test_behind_a_trusted_proxy_each_visitor_counts_alone(self, client, editor, settings):
        settings.PORTAL_TRUSTED_PROXIES = ["127.0.0.1"]
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
        for _ in range(3):
            answer = sign_in(client, "x", "x", HTTP_X_FORWARDED_FOR="203.0.113.1")
        assert answer.status_code == 429
        assert sign_in(client, "x", "x", HTTP_X_FORWARDED_FOR="203.0.113.2").status_code == 200

    def test_many_requests_get_a_page_that_says_so(self, client):
        for _ in range(30):
            client.post(SIGN_IN, {})
        answer = client.post(SIGN_IN, {})
        assert answer.status_code == 429
        assert "Please wait five minutes" in answer.text and answer["Retry-After"]


class TestSecondFactor:
    def test_an_app_is_asked_for_its_code(self, client, editor):
        secret = give_app(editor)
        answer = sign_in(client)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(client)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert not is_signed_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert is_signed_in(client)

    def test_a_recovery_code_works_once(self, client, editor):
        give_app(editor)
        code = RecoveryCodes.activate(editor).generate_codes()[0]
        for works in (True, False):
            client.logout()
            sign_in(client)
            client.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(client) is works

    def test_guessing_codes_is_throttled(self, client, editor):
        secret = give_app(editor)
        sign_in(client)
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
        assert not is_signed_in(client)

    @pytest.mark.parametrize(
        ("required", "group", "owes"),
        [
            ("", "Publisher", False),
            ("publishers", "Author", False),
            ("publishers", "Publisher", True),
            ("all", "Author", True),
        ],
    )
    def test_whom_the_setting_asks(self, client, settings, required, group, owes):
        settings.PORTAL_REQUIRE_SECOND_FACTOR = required
        client.force_login(make_user("someone", group))
        answer = client.get(reverse("admin:index"))
        assert (answer.status_code == 302) is owes
        if owes:
            assert answer["Location"] == reverse("mfa_index")

    def test_who_owes_one_is_a_visitor_elsewhere_until_it_is_set_up(self, client, editor, settings):
        settings.PORTAL_REQUIRE_SECOND_FACTOR = "all"
        client.force_login(editor)
        assert client.get("/en/").wsgi_request.user.is_anonymous
        assert client.get(reverse("mfa_index")).status_code == 200
        give_app(editor)
        assert client.get(reverse("admin:index")).status_code == 200

    def test_an_administrator_takes_a_lost_factor_away(self, admin_client, editor):
        give_app(editor)
        factor = Authenticator.objects.get()
        page = admin_client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
        assert "secret" not in page.text
        path = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
        admin_client.post(path, {"post": "yes"})
        assert not Authenticator.objects.exists()
        event = AuditEvent.objects.get(action="rights")
        assert (event.title, event.detail) == (editor.username, "-second factor totp")


class TestWords:
    """What the packages leave in English stands in our catalogue."""

    def test_the_desk_speaks_of_second_factors(self, admin_client, editor):
        give_app(editor)
        page = admin_client.get(reverse("admin:mfa_authenticator_changelist")).text
        assert "Second factors" in page and "uthenticators" not in page
        assert "kind" in page

    def test_rights_are_told_by_translated_words(self, admin_client):
        group = Group.objects.get(name="Editor")
        page = admin_client.get(reverse("admin:auth_group_change", args=[group.pk])).text
        assert "| approve</option>" in page and "| delete</option>" in page
        assert "Can approve" not in page and "Can delete" not in page

    def test_each_borrowed_word_has_a_translation(self):
        with translation.override("zh-hans"):
            assert [word for word in WORDS if translation.gettext(word) == word] == []


class TestPasswordAndSessions:
    def test_a_new_password_by_mail_through_the_portals_own_address(self, client, editor, settings):
        settings.PORTAL_BASE_URL = "https://portal.example.org"
        client.post(
            reverse("account_reset_password"),
            {"email": "editor@example.org"},
            HTTP_HOST="testserver:666",
        )
        link = re.search(r"https?://\S+", mail.outbox[0].body)[0]
        assert link.startswith("https://portal.example.org/en/account/password/reset/key/")
        page = client.get(link.removeprefix("https://portal.example.org"), follow=True)
        new = "a-longer-password-71"
        client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
        client.logout()
        sign_in(client, password=new)
        assert is_signed_in(client)
        assert "invalid" in client.get(link.removeprefix("https://portal.example.org")).text.lower()

    def test_the_list_of_sessions_ends_the_others(self, client, editor, client_factory):
        other = client_factory()
        for browser in (client, other):
            sign_in(browser)
        listed = client.get(reverse("usersessions_list")).text
        assert len(re.findall(r">\s*127\.0\.0\.1\s*<", listed)) == 2
        client.post(reverse("usersessions_list"))
        assert client.get(reverse("admin:index")).status_code == 200
        assert other.get(reverse("admin:index")).status_code == 302

    def test_deactivation_ends_sessions_for_good(self, client, admin_client, editor):
        sign_in(client)
        path = reverse("admin:auth_user_change", args=[editor.pk])
        fields = {
            "username": "editor",
            "date_joined_0": "2026-01-01",
            "date_joined_1": "00:00:00",
            "is_staff": "on",
        }
        assert admin_client.post(path, fields).status_code == 302
        editor.refresh_from_db()
        assert not editor.is_active
        editor.is_active = True
        editor.save()
        assert client.get(reverse("admin:index")).status_code == 302
        assert sign_in(client).status_code == 302

    def test_an_inactive_account_does_not_get_in(self, client, editor):
        editor.is_active = False
        editor.save()
        sign_in(client)
        assert not is_signed_in(client)


@pytest.fixture
def client_factory():
    return Client


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_every_page_is_ours_and_has_nothing_inline(self, client, editor, language):
        client.force_login(editor)
        sign_in(client)
        for path in ("2fa/", "password/change/", "sessions/", "logout/", "2fa/totp/activate/"):
            page = client.get(f"/{language}/account/{path}", follow=True)
            assert page.status_code == 200
            assert "account.css" in page.text
            assert " style=" not in page.text
            scripts = re.findall(r"<script([^>]*)>", page.text)
            assert all("src=" in found or "application/json" in found for found in scripts)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_the_desk_leads_to_password_and_second_factor(self, client, editor, language):
        sign_in(client)
        with translation.override(language):
            desk, way = reverse("admin:index"), reverse("admin:password_change")
            factor = reverse("mfa_index")
        assert f'href="{way}"' in client.get(desk).text
        page = client.get(way, follow=True)
        assert page.redirect_chain == [(f"/{language}/account/password/change/", 302)]
        assert f'href="{factor}"' in page.text


class Provider:
    """An identity provider that knows one person."""

    ADDRESS = "https://id.example.org"

    def __init__(self, email, verified=True):
        self.person = {"sub": "42", "email": email, "email_verified": verified}
        self.asked = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def get(self, url, **options):
        return self.request("GET", url)

    def request(self, method, url, **options):
        self.asked.append(url.removeprefix(self.ADDRESS))
        places = ("authorization", "token", "userinfo")
        answers = {
            "/.well-known/openid-configuration": {
                f"{place}_endpoint": f"{self.ADDRESS}/{place}" for place in places
            },
            "/token": {"access_token": "t", "token_type": "Bearer"},
            "/userinfo": self.person,
        }
        found = answers[self.asked[-1]]
        return SimpleNamespace(
            status_code=200,
            headers={"content-type": "application/json"},
            json=lambda: found,
            raise_for_status=lambda: None,
        )


class TestIdentityProvider:
    PATH = "/en/account/oidc/office/login/"

    def come_back(self, client, settings, monkeypatch, provider):
        """Signs in there and returns with what the provider says."""
        office = {
            "provider_id": "office",
            "name": "Office ID",
            "client_id": "portal",
            "secret": "s",
            "settings": {"server_url": Provider.ADDRESS},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [office]}
        }
        monkeypatch.setattr(SocialAdapter, "get_requests_session", lambda self: provider)
        assert "Office ID" in client.get(SIGN_IN).text
        away = client.post(self.PATH)["Location"]
        query = parse_qs(urlsplit(away).query)
        assert away.startswith(f"{Provider.ADDRESS}/authorization?")
        assert query["code_challenge_method"] == ["S256"]
        back = {"code": "c", "state": query["state"][0]}
        return client.get("/en/account/oidc/office/login/callback/", back, follow=True)

    def test_without_settings_it_is_not_there(self, client):
        assert client.get(self.PATH).status_code == 404

    def test_it_opens_the_account_with_the_same_address(
        self, client, editor, settings, monkeypatch
    ):
        self.come_back(client, settings, monkeypatch, Provider("editor@example.org"))
        assert client.session["_auth_user_id"] == str(editor.pk)

    @pytest.mark.parametrize(
        "provider",
        [Provider("stranger@example.org"), Provider("editor@example.org", verified=False)],
    )
    def test_it_makes_no_account_and_takes_none_by_an_unproved_address(
        self, client, editor, settings, monkeypatch, provider
    ):
        self.come_back(client, settings, monkeypatch, provider)
        assert not is_signed_in(client)
        assert User.objects.count() == 1
