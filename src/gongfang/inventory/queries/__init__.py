"""Named reads of the keeper's documents."""

from gongfang.inventory.queries.alerts import alerts_visible_to
from gongfang.inventory.queries.counts import Accuracy, accuracy_by_month, held_places
from gongfang.inventory.queries.permissions import VIEW_DOCUMENTS
from gongfang.inventory.queries.picking import picking_orders
from gongfang.inventory.queries.scanning import Scanned, carton_label, resolve, scanned_goods
from gongfang.inventory.queries.transfers import OpenTransfer, open_transfers

__all__ = [
    "VIEW_DOCUMENTS",
    "Accuracy",
    "OpenTransfer",
    "Scanned",
    "accuracy_by_month",
    "alerts_visible_to",
    "carton_label",
    "held_places",
    "open_transfers",
    "picking_orders",
    "resolve",
    "scanned_goods",
]
