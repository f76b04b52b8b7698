"""What this portal decides where django-allauth asks."""

import unicodedata
from ipaddress import ip_address

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.urls import reverse

from portal.models import SiteSettings
from publishing.editorial.accounts import record_failed_sign_in, record_sign_in
from publishing.pageviews import visitors

# A Unix socket has no address.
NO_ADDRESS = "0.0.0.0"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are made by an administrator."""
        return False

    def authenticate(self, request, **credentials):
        """Who is no member of staff has no account here, whatever the password."""
        user = super().authenticate(request, **credentials)
        if user is not None and not user.is_staff:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def login(self, request, user):
        super().login(request, user)
        record_sign_in(user)

    def authentication_failed(self, request, **credentials):
        record_failed_sign_in(credentials.get("username") or "")

    def get_client_ip(self, request):
        """As the counting of pageviews: a forwarded address is believed of trusted proxies only."""
        try:
            number = ip_address(visitors.address(request.META))
        except ValueError:
            return request.META.get("REMOTE_ADDR") or NO_ADDRESS
        return str(getattr(number, "ipv4_mapped", None) or number)

    def _get_login_attempts_cache_key(self, request, **credentials):
        """One key for every spelling of a name, whatever host the browser asked for."""
        name = unicodedata.normalize("NFKC", str(credentials.get("username", "")))
        return f"sign-in:{name.strip().casefold()}"

    def get_reset_password_from_key_url(self, key):
        """The portal's own address, never the one that a request claims."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "0", "key": "k"})
        return f"{settings.PORTAL_BASE_URL}{path.removesuffix('0-k/')}{key}/"


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin):
        """The identity provider opens accounts that exist; it does not make any."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self):
        return str(SiteSettings.load())
