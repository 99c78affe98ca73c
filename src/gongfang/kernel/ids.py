"""Request ids: the key under which a write happens once."""

import uuid


def derived(request_id: uuid.UUID, part: str) -> uuid.UUID:
    """A stable id for one part of a larger request, so that repeating the whole repeats each part."""
    return uuid.uuid5(request_id, part)
