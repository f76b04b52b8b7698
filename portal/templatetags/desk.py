"""The desk on the admin's first page."""

from django import template

from portal import desk
from portal.beginning import open_steps
from portal.linkcheck.models import ExternalLink
from portal.outbox.models import Letter

register = template.Library()


@register.inclusion_tag("admin/desk/_desk.html", takes_context=True)
def editors_desk(context):
    user = context["request"].user
    if not desk._kinds(user):
        return {"parts": [], "calendar": None}
    return {
        "parts": desk.parts(user),
        "calendar": desk.scheduled(user),
        "may_read_audit": user.has_perm("editorial.view_auditevent"),
    }


@register.inclusion_tag("admin/portal/beginning.html", takes_context=True)
def beginning(context):
    """The first steps of a new office, on the desk, until they are done."""
    return {"steps": open_steps(context["request"].user)}


@register.inclusion_tag("admin/portal/stuck_mail.html", takes_context=True)
def stuck_mail(context):
    """How much mail the server does not take, for those who may look at it."""
    if not context["request"].user.has_perm("outbox.view_letter"):
        return {"stuck": 0}
    stuck = Letter.objects.stuck().order_by("-pk")
    return {"stuck": stuck.count(), "latest": stuck.first()}


@register.inclusion_tag("admin/portal/broken_links.html", takes_context=True)
def broken_links(context):
    """How many links to other sites lead nowhere, for those who may look at them."""
    may = context["request"].user.has_perm("linkcheck.view_externallink")
    return {"broken": ExternalLink.objects.broken().count() if may else 0}
