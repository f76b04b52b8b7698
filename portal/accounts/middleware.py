from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from portal.accounts.policy import lacks_second_factor


class SecondFactor:
    """Who owes a second factor may set one up, and is a visitor everywhere else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        if request.path.startswith(reverse("account_overview")):
            response = self.get_response(request)
            add_never_cache_headers(response)
            return response
        if settings.PORTAL_REQUIRE_SECOND_FACTOR and lacks_second_factor(request.user):
            if request.path.startswith(reverse("admin:index")):
                sentence = _("Set up a second factor first: your account has to have one.")
                messages.warning(request, sentence)
                return redirect("mfa_index")
            request.user = AnonymousUser()
        return self.get_response(request)
