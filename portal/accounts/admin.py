from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.services import end_sessions
from publishing.editorial.accounts import AuditedUserAdmin
from publishing.editorial.admin.readonly import WrittenByServicesAdmin

# Its package gives it no words that could be translated.
Authenticator._meta.verbose_name = _("second factor")
Authenticator._meta.verbose_name_plural = _("second factors")
Authenticator._meta.get_field("type").verbose_name = _("kind")

# The desk shows what an office uses: users, their second factors, their sessions.
for model in (
    EmailAddress,
    SocialAccount,
    SocialApp,
    SocialToken,
    Authenticator,
    UserSession,
    User,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class StaffAdmin(AuditedUserAdmin):
    actions = ["sign_out"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_sessions(user=obj)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request, queryset):
        ended = sum(end_sessions(user=user) for user in queryset)
        sentence = ngettext("%(number)d session ended.", "%(number)d sessions ended.", ended)
        self.message_user(request, sentence % {"number": ended}, messages.SUCCESS)


@admin.register(Authenticator)
class SecondFactorAdmin(WrittenByServicesAdmin):
    """To take a lost factor away. Its secret is not shown."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = readonly_fields = ["user", "type", "created_at", "last_used_at"]
