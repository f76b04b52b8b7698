"""Parts that are the same on many pages: rendered once for each version of the content."""

from django import template
from django.templatetags.i18n import do_translate
from django.utils.translation import get_language

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


class WordsNode(template.Node):
    """Words that stand in the template in full: looked up once for each language."""

    child_nodelists = ()

    def __init__(self, node):
        self.node = node
        self.known = {}

    def render(self, context):
        key = get_language(), context.autoescape
        words = self.known.get(key)
        if words is None:
            words = self.known[key] = self.node.render(context)
        return words


@register.tag
def translate(parser, token):
    """Django's own, quicker where it gives the same words each time. Load it behind ``i18n``."""
    node = do_translate(parser, token)
    message, about = node.filter_expression, node.message_context
    is_fixed = message.var.literal is not None and not message.filters
    is_fixed = is_fixed and (about is None or isinstance(about.var, str))
    return WordsNode(node) if is_fixed and not node.asvar else node
