from allauth.account.views import LoginView, PasswordResetDoneView, PasswordResetView
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

# Seconds that a refused attempt is asked to wait: the longest period that a limit looks back on
# is a little longer, but whoever mistyped a password is not kept out for a quarter of an hour.
WAIT = 300


class OwnHeadMixin:
    def get_context_data(self, **kwargs):
        """Without allauth's ``site``, a host name: the page's head shows the office."""
        context = super().get_context_data(**kwargs)
        context.pop("site", None)
        return context


class PasswordReset(OwnHeadMixin, PasswordResetView):
    pass


class PasswordResetDone(OwnHeadMixin, PasswordResetDoneView):
    pass


class SignIn(OwnHeadMixin, LoginView):
    def form_invalid(self, form):
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        response = super().form_invalid(form)
        if "too_many_login_attempts" in codes:
            response.status_code = 429
            response["Retry-After"] = WAIT
        return response


def too_many_requests(request, exception=None):
    response = render(request, "429.html", status=429)
    response["Retry-After"] = WAIT
    return response


def admin_sign_in(request):
    """Where Django's admin sends whoever may not see it."""
    if request.user.is_authenticated:
        if not (request.user.is_staff and request.user.is_active):
            raise PermissionDenied
        return redirect("admin:index")
    wanted = {"next": request.GET.get("next") or reverse("admin:index")}
    return redirect(f"{reverse('account_login')}?{urlencode(wanted)}")


def overview(request):
    return redirect("mfa_index" if request.user.is_authenticated else "account_login")


def not_offered(request):
    """Sign-up, and addresses that users would keep beside the one an administrator entered."""
    raise Http404
