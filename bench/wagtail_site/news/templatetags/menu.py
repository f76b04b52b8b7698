from django import template
from wagtail.models import Site

register = template.Library()


@register.inclusion_tag("news/menu.html", takes_context=True)
def menu(context):
    root = Site.find_for_request(context["request"]).root_page
    return {"items": root.get_children().live().in_menu(), "request": context["request"]}
