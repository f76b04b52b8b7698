"""Addresses that open something for whoever has them: each names a subscriber and a purpose."""

import uuid

from django.core import signing
from django.urls import reverse
from django.utils import translation

from portal.subscriptions.models import UNCONFIRMED, Subscriber
from publishing.editorial.addresses import absolute

CONFIRM, MANAGE, LEAVE = "confirm", "manage", "leave"


class Expired(Exception):
    """The link was good once."""


def address(purpose: str, subscriber: Subscriber) -> str:
    """The whole address, in the language of the subscriber's letters."""
    token = _signer(purpose).sign(subscriber.key.hex)
    with translation.override(subscriber.language):
        return absolute(reverse(f"subscriptions:{purpose}", kwargs={"token": token}))


def key(purpose: str, token: str) -> uuid.UUID | None:
    """Whom a link names; None for one that we did not make."""
    signer = _signer(purpose)
    try:
        if purpose == CONFIRM:
            return uuid.UUID(signer.unsign(token, max_age=UNCONFIRMED))
        return uuid.UUID(signer.unsign(token))
    except signing.SignatureExpired as error:
        raise Expired from error
    except signing.BadSignature:
        return None


def _signer(purpose):
    kind = signing.TimestampSigner if purpose == CONFIRM else signing.Signer
    return kind(salt=f"portal.subscriptions.{purpose}")
