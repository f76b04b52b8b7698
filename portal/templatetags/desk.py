"""The desk on the admin's first page."""

from django import template

from portal import desk

register = template.Library()


@register.inclusion_tag("admin/desk/_desk.html", takes_context=True)
def editors_desk(context):
    user = context["request"].user
    if not desk._kinds(user):
        return {"parts": [], "calendar": None}
    return {"parts": desk.parts(user), "calendar": desk.scheduled(user)}
