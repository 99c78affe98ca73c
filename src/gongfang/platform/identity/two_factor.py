"""A second factor at log-in: one-time codes of an app (TOTP) and recovery codes for a lost phone. Source: RFC 6238 over RFC 4226."""

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.identity.models import TwoFactor, User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.verbs import verb

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1  # steps a phone's clock may be off, either way
RECOVERY_CODES = 10


def one_time_code(secret: str, step: int) -> str:
    """The code of a 30-second step, counted from 1970. secret: base32."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def present_step() -> int:
    """The step that is running now."""
    return int(time.time() // STEP_SECONDS)


def _step_of(secret: str, code: str, after: int) -> int | None:
    """The step a code belongs to, later than `after`: a code that was used once is no longer good."""
    present = present_step()
    for step in range(present - DRIFT, present + DRIFT + 1):
        if step > after and hmac.compare_digest(one_time_code(secret, step), code):
            return step
    return None


def _hashed(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").strip().lower().encode()).hexdigest()


def has_two_factor(user: User) -> bool:
    """Whether the person must give a second factor."""
    return TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def address_for_app(user: User, secret: str) -> str:
    """What the app reads from the QR code."""
    return f"otpauth://totp/{quote(f'Gongfang:{user.username}')}?secret={secret}&issuer=Gongfang&digits={DIGITS}&period={STEP_SECONDS}"


def passes(user: User, code: str) -> bool:
    """Whether a code of the app or an unused recovery code was given; each is good once."""
    code = code.replace(" ", "")
    with transaction.atomic():
        row = TwoFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        if row is None or not code.isascii():
            return False
        step = _step_of(row.secret, code, row.last_step)
        if step is not None:
            row.last_step = step
            row.save(update_fields=["last_step"])
            return True
        digest = _hashed(code)
        if digest not in row.recovery:
            return False
        row.recovery = [kept for kept in row.recovery if kept != digest]
        row.save(update_fields=["recovery"])
        return True


@verb("platform.begin_two_factor", N_("Set up two-factor log-in"), public=True)
def begin_two_factor(*, actor: User, request_id: uuid.UUID) -> TwoFactor:
    """Draw a secret for the person's app; nothing is asked at log-in before `confirm_two_factor`."""
    if has_two_factor(actor):
        raise DomainError(
            Problem("two_factor_on", "Two-factor log-in is on already; switch it off first."), Kind.CONFLICT
        )
    TwoFactor.objects.filter(user=actor).delete()
    return TwoFactor.objects.create(user=actor, secret=base64.b32encode(secrets.token_bytes(20)).decode())


@verb("platform.confirm_two_factor", N_("Switch two-factor log-in on"), public=True)
def confirm_two_factor(*, actor: User, request_id: uuid.UUID, code: str) -> TwoFactor:
    """Switch it on with a first code of the app. `fresh_codes` of the row returned are the recovery codes, seen this once only."""
    row = TwoFactor.objects.select_for_update().filter(user=actor, confirmed_at=None).first()
    step = _step_of(row.secret, code.replace(" ", ""), 0) if row and code.isascii() else None
    if row is None or step is None:
        raise DomainError(
            Problem("wrong_code", "The code is not right. Check the clock of the phone and take the newest code.", where="code")
        )  # fmt: skip
    codes = [f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for _ in range(RECOVERY_CODES)]
    row.confirmed_at, row.last_step, row.recovery = timezone.now(), step, [_hashed(one) for one in codes]
    row.save()
    row.fresh_codes = codes
    return row


@verb("platform.stop_two_factor", N_("Switch two-factor log-in off"), public=True)
def stop_two_factor(*, actor: User, request_id: uuid.UUID, password: str) -> User:
    """Switch one's own off again; the password must be given."""
    if not actor.check_password(password):
        raise DomainError(Problem("wrong_password", "The present password is not right.", where="password"))
    TwoFactor.objects.filter(user=actor).delete()
    return actor


@verb("platform.reset_two_factor", N_("Reset two-factor log-in"), roles=(ADMIN,))
def reset_two_factor(*, actor: User, request_id: uuid.UUID, user_id: int) -> User:
    """For somebody who lost phone and recovery codes: the password alone is asked again."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=N_("user"), id=user_id), Kind.MISSING)
    TwoFactor.objects.filter(user=user).delete()
    return user
