"""What the store does when goods move below."""

from gongfang.inventory.services.alerts import look
from gongfang.ledger.events import StockMoved


def look_again(event: StockMoved) -> None:
    """Judge the items that moved by the alert rules, once the move is committed."""
    look({item for item, _ in event.places})
