from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def visitors_behind_a_proxy(app_configs, **kwargs):
    """Behind an unnamed proxy all visitors share its address, and most views would be lost."""
    behind = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    if not behind or getattr(settings, "PORTAL_TRUSTED_PROXIES", ()):
        return []
    return [
        Warning(
            "The portal runs behind a proxy that PORTAL_TRUSTED_PROXIES does not name.",
            hint="All visitors look alike, so pageviews are counted too low. Name the proxy's "
            "address or network, or 'unix' for a Unix socket.",
            id="pageviews.W001",
        )
    ]
