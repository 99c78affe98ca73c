"""What the store does when goods move below."""

import logging

from django.db import DatabaseError

from gongfang.inventory.services.alerts import look
from gongfang.ledger.events import StockMoved

logger = logging.getLogger(__name__)


def look_again(event: StockMoved) -> None:
    """Judge the items that moved by the alert rules, once the move is committed.

    The move stands whatever becomes of it: a busy database is looked at again with the next move or at night.
    """
    try:
        look({item for item, _ in event.places})
    except DatabaseError:
        logger.warning("alerts were not brought up to date; the next look does it", exc_info=True)
