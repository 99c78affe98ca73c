"""What the store does when goods move below, or turn out to be worth more."""

import logging

from django.db import DatabaseError

from gongfang.inventory.models import (
    Conversion,
    ConversionLine,
    OtherIssue,
    OtherIssueLine,
    OtherReceipt,
    OtherReceiptLine,
)
from gongfang.inventory.services.alerts import look
from gongfang.inventory.services.packages import follow_moves
from gongfang.ledger.events import StockMoved, ValuesRecosted
from gongfang.ledger.services import follow_recost

logger = logging.getLogger(__name__)


def follow_packages(event: StockMoved) -> None:
    """Packages hold no more than is left where they stand."""
    follow_moves(event.places)


def look_again(event: StockMoved) -> None:
    """Judge the items that moved by the alert rules, once the move is committed.

    The move stands whatever becomes of it: a busy database is looked at again with the next move or at night.
    """
    try:
        look({item for item, _ in event.places})
    except DatabaseError:
        logger.warning("alerts were not brought up to date; the next look does it", exc_info=True)


def recost_documents(event: ValuesRecosted) -> None:
    """Other receipts and issues and conversions carry what the ledger says now; a statement for each kind of line concerned."""
    follow_recost(event, OtherIssue.doc_type, OtherIssueLine, "amount")
    follow_recost(event, OtherReceipt.doc_type, OtherReceiptLine, "amount")
    follow_recost(event, Conversion.doc_type, ConversionLine, "amount", Conversion, "amount")
