"""Browsers that are pushed to."""

from peewee import BigAutoField, BigIntegerField, CharField

from database.base import Base
from protocol.limits import MAX_ENDPOINT


class PushSubscription(Base):
    """An address of a browser's maker, and the keys of the browser (base64url); it ends with the session
    that named it. `digest`: of the address, which is too long for a key. `lang`: of what is said there."""

    id = BigAutoField()
    user_id = BigIntegerField(index=True)
    session_id = BigIntegerField(index=True)
    digest = CharField(64, unique=True)
    endpoint = CharField(MAX_ENDPOINT)
    p256dh = CharField(100)
    auth = CharField(32)
    lang = CharField(2)
    createat = BigIntegerField()

    class Meta:
        table_name = "push_subscription"
