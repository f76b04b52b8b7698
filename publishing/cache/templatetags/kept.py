"""Parts that are the same on many pages: rendered once for each version of the content."""

from django import template

from publishing.cache.shared import Shared

register = template.Library()


class KeptNode(template.Node):
    # It holds no block, so templates that fill the blocks of others need not look for one here.
    child_nodelists = ()

    def __init__(self, nodelist, values):
        self.nodelist, self.values = nodelist, values
        self.shared = Shared()

    def render(self, context):
        values = tuple(value.resolve(context, ignore_failures=True) for value in self.values)
        return self.shared.get(values, lambda: self.nodelist.render(context))


@register.tag
def kept(parser, token):
    """``{% kept site nav_key %}…{% endkept %}``: names all that the part reads of the context.

    Like what ``once_per_version`` decorates, it must not show pageviews; nor may it hold a block.
    """
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, values)
