"""Keep and drop list views."""

import uuid
from collections.abc import Mapping

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY
from gongfang.platform.verbs import verb
from gongfang.ui.registry import registry
from gongfang.web.models import SavedView

KEPT = {"q", "sort", "where", "cols", "per"}
VIEWS_MAX = 60


@verb("web.save_view", N_("Save list view"), roles=EVERYBODY)
def save_view(
    *, actor: User, request_id: uuid.UUID, screen: str, name: str, params: Mapping[str, list[str]],
    is_shared: bool = False, is_default: bool = False,
) -> SavedView:  # fmt: skip
    """Keep the present filters, order and columns under a name; the same name is replaced."""
    if screen not in registry().screens:
        raise DomainError(Problem("missing", "There is no list “{name}”.", name=screen), Kind.MISSING)
    name = name.strip()[:60]
    if SavedView.objects.filter(owner=actor, screen=screen).exclude(name=name).count() >= VIEWS_MAX:
        raise DomainError(
            Problem("too_many_views", "At most {limit} views of one list are kept.", where="name", limit=VIEWS_MAX)
        )
    if is_default:
        SavedView.objects.filter(owner=actor, screen=screen, is_default=True).update(is_default=False)
    row, _created = SavedView.objects.update_or_create(
        owner=actor, screen=screen, name=name,
        defaults={"params": {key: list(values) for key, values in params.items()}, "is_shared": is_shared, "is_default": is_default},
    )  # fmt: skip
    return row


@verb("web.remove_view", N_("Remove list view"), roles=EVERYBODY)
def remove_view(*, actor: User, request_id: uuid.UUID, view_id: int) -> None:
    """Drop one of one's own views."""
    deleted, _rows = SavedView.objects.filter(pk=view_id, owner=actor).delete()
    if not deleted:
        raise DomainError(Problem("missing", "This view is not yours or is gone already."), Kind.MISSING)
