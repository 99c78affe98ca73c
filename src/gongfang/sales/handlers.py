"""What sales does when the ledgers below change what was shipped is worth."""

from gongfang.ledger.events import ValuesRecosted
from gongfang.ledger.services import follow_recost
from gongfang.sales.models import Shipment, ShipmentLine


def recost_shipments(event: ValuesRecosted) -> None:
    """The cost of a shipment and its lines is what the ledger says now, not what it was on the day; two statements."""
    follow_recost(event, Shipment.doc_type, ShipmentLine, "cost_amount", Shipment, "cost_amount")
