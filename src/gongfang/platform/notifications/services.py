"""Tell people."""

from collections.abc import Iterable

from gongfang.platform.identity.models import User
from gongfang.platform.notifications.models import Notification


def notify(
    users: Iterable[User],
    *,
    title: str,
    text: str = "",
    doc_type: str = "",
    document_id: int | None = None,
    url: str = "",
) -> None:
    """Put one message into each person's inbox; one statement."""
    Notification.objects.bulk_create(
        [
            Notification(
                user=user, title=title[:200], text=text[:500], doc_type=doc_type, document_id=document_id, url=url
            )
            for user in users
        ]
    )


def notify_each(messages: Iterable[tuple[User, str, str]], *, url: str = "/") -> int:
    """A message of its own (title, text) for each person; one statement. Returns how many."""
    rows = [Notification(user=user, title=title[:200], text=text[:500], url=url) for user, title, text in messages]
    Notification.objects.bulk_create(rows)
    return len(rows)
