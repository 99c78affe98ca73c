"""What maintenance does when the ledgers below change what spare parts are worth."""

from gongfang.ledger.events import ValuesRecosted
from gongfang.ledger.services import follow_recost
from gongfang.maintenance.models import MaintenanceOrder, SparePart


def recost_parts(event: ValuesRecosted) -> None:
    """Spare parts and the repairs they went into carry what the ledger says now; two statements."""
    follow_recost(event, MaintenanceOrder.doc_type, SparePart, "value", MaintenanceOrder, "parts_value")
