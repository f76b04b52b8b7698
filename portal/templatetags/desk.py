from django import template

from portal.beginning import open_steps

register = template.Library()


@register.inclusion_tag("admin/portal/beginning.html", takes_context=True)
def beginning(context):
    """The first steps of a new office, on the desk, until they are done."""
    return {"steps": open_steps(context["request"].user)}
