from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings


def end_sessions(*, user) -> int:
    """Sign the user out everywhere; returns from how many places.

    Also what a deactivated user must lose: the account may be activated again, and sessions of
    former days must not come back with it.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
    return len(sessions)
