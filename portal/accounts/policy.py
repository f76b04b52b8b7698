from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings


def needs_second_factor(user) -> bool:
    """Whether ``PORTAL_REQUIRE_SECOND_FACTOR`` asks it of this user."""
    match settings.PORTAL_REQUIRE_SECOND_FACTOR:
        case "all":
            return True
        case "publishers":
            rights = (right.partition(".")[2] for right in user.get_all_permissions())
            return user.is_superuser or any(right.startswith("publish_") for right in rights)
    return False


def lacks_second_factor(user) -> bool:
    return user.is_authenticated and needs_second_factor(user) and not is_mfa_enabled(user)
