"""Name a substitute for the time somebody is away, and end it."""

import uuid
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.documents.lifecycle import LIFECYCLES
from gongfang.platform.identity.models import Delegation, User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import note, verb
from gongfang.ui.registry import screen_of_model

LONGEST_DAYS = 366


def deciding_permissions() -> set[str]:
    """What it takes to see, approve and reject documents."""
    found: set[str] = set()
    for lifecycle in LIFECYCLES.values():
        found |= {lifecycle.verb_name("approve"), lifecycle.verb_name("reject")}
        declared = screen_of_model(lifecycle.model._meta.label)
        if declared is not None and declared.view_permission:
            found.add(declared.view_permission)
    return found


def no_day(where: str, text: str) -> Problem:
    return Problem("bad_date", "“{value}” is no date; write it like 2026-05-31.", where=where, value=text[:20])


@verb("platform.delegate", N_("Name a substitute"), public=True)
def delegate(
    *, actor: User, request_id: uuid.UUID, substitute_id: int, first_on: date, last_on: date, reason: str = "", user_id: int | None = None,
) -> Delegation:  # fmt: skip
    """Have somebody decide one's approvals for a time. user_id: for somebody else, with platform.delegate_others."""
    away = actor if user_id in (None, actor.pk) else User.objects.filter(pk=user_id, is_active=True).first()
    if away is None:
        raise DomainError(Problem("missing", "There is no such person.", where="user"), Kind.MISSING)
    _may_act_for(actor, away)
    substitute = User.objects.filter(pk=substitute_id, is_active=True).first()
    # The row of the person away is locked, so that two absences made at once see each other.
    User.objects.select_for_update().get(pk=away.pk)
    refuse_if(_problems(away, substitute, first_on, last_on))
    assert substitute is not None
    row = Delegation.objects.create(
        user=away,
        substitute=substitute,
        first_on=first_on,
        last_on=last_on,
        reason=reason.strip()[:200],
        made_by=actor,
        permissions=sorted(name for name in deciding_permissions() if away.may(name)),
    )
    notify(
        [substitute] if away == actor else [substitute, away],
        title=_("{user} is away from {first} to {last}; {substitute} decides the approvals.").format(
            user=row.user, first=row.first_on, last=row.last_on, substitute=row.substitute
        ),
        url="/me/substitutes",
    )
    return row


@verb("platform.end_delegation", N_("End a substitution"), public=True)
def end_delegation(*, actor: User, request_id: uuid.UUID, delegation_id: int) -> Delegation:
    """The person is back: the substitute is asked no longer. What was decided stays."""
    row = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if row is None:
        raise DomainError(Problem("missing", "There is no such substitution."), Kind.MISSING)
    _may_act_for(actor, row.user)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        note(row, ended_at=(None, row.ended_at))
        row.save(update_fields=["ended_at"])
    return row


@verb("platform.delegate_others", N_("Name substitutes for other people"), roles=(ADMIN,))
def delegate_others(
    *, actor: User, request_id: uuid.UUID, user_id: int, substitute_id: int, first_on: date, last_on: date, reason: str = ""
) -> Delegation:  # fmt: skip
    """What an administrator does for somebody who is ill."""
    return delegate(
        actor=actor, request_id=request_id, user_id=user_id, substitute_id=substitute_id, first_on=first_on, last_on=last_on, reason=reason
    )  # fmt: skip


def _may_act_for(actor: User, away: User) -> None:
    if not actor.is_active or (away.pk != actor.pk and not actor.may("platform.delegate_others")):
        raise DomainError(
            Problem("not_yours", "Only {name} or an administrator may name or end this substitution.", name=str(away)),
            Kind.FORBIDDEN,
        )


def _problems(away: User, substitute: User | None, first_on: date, last_on: date) -> list[Problem]:
    if substitute is None:
        return [Problem("no_substitute", "Choose an active person as the substitute.", where="substitute")]
    found = []
    if substitute.pk == away.pk:
        found.append(Problem("own_substitute", "Choose somebody else than {name}.", where="substitute", name=str(away)))
    if last_on < first_on:
        found.append(Problem("period_backwards", "The last day is before the first one.", where="last_on"))
    elif last_on < timezone.localdate():
        found.append(Problem("period_past", "The last day is past; enter today or later.", where="last_on"))
    elif (last_on - first_on).days > LONGEST_DAYS:
        found.append(Problem("period_long", "Name a substitute for a year at most.", where="last_on"))
    overlapping = Delegation.objects.filter(user=away, ended_at=None, first_on__lte=last_on, last_on__gte=first_on)
    if (clash := overlapping.select_related("substitute").first()) is not None:
        found.append(
            Problem(
                "substitute_clash", "{substitute} stands in already from {first} to {last}; end that first.", where="first_on",
                substitute=str(clash.substitute), first=clash.first_on, last=clash.last_on,
            )
        )  # fmt: skip
    return found
