"""Who stands at a terminal: a signed token from badge and PIN. Reports that waited without network stay the person's own."""

from django.core import signing
from django.core.cache import cache

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import user_of_badge
from gongfang.platform.prepared import Prepared

ACTIVE = Prepared(lambda ids: User.objects.filter(pk__in=ids, is_active=True))
SALT = "gongfang.shop"
VALID_SECONDS = 7 * 24 * 3600  # a week without network is the longest that reports may wait
FAILURES_MAX = 8
LOCKED_SECONDS = 15 * 60


def log_in(badge: str, pin: str, address: str) -> User:
    """The person of a badge (or user name) and PIN. Raises DomainError; too many failures lock badge and address for a while."""
    key = f"shop-login:{address}:{badge.strip().casefold()[:60]}"
    failures = cache.get(key, 0)
    if failures >= FAILURES_MAX:
        raise DomainError(Problem("locked", "Too many wrong PINs. Try again in a quarter of an hour."), Kind.FORBIDDEN)
    user = user_of_badge(badge.strip(), pin)
    if user is None:
        cache.set(key, failures + 1, LOCKED_SECONDS)
        raise DomainError(Problem("wrong_pin", "Badge or PIN is not right."), Kind.FORBIDDEN)
    cache.delete(key)
    return user


def token_of(user: User) -> str:
    """A token that says who works, until it expires or the person's PIN changes."""
    return signing.dumps([user.pk, user.pin[-12:]], salt=SALT)


def user_of(token: str) -> User:
    """The active person of a token. Raises DomainError(log_in)."""
    refusal = DomainError(Problem("log_in", "Log in again with badge and PIN."), Kind.FORBIDDEN)
    try:
        pk, pin = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.BadSignature as error:
        raise refusal from error
    user = next(iter(ACTIVE([pk])), None)
    if user is None or user.pin[-12:] != pin:
        raise refusal
    return user
