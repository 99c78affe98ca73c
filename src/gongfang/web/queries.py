"""Views of a list that a person can choose."""

from django.db.models import Q

from gongfang.platform.identity.models import User
from gongfang.web.models import SavedView


def views_of(screen: str, user: User) -> list[SavedView]:
    """One's own and the shared ones; one query."""
    return list(SavedView.objects.filter(screen=screen).filter(Q(owner=user) | Q(is_shared=True)))
