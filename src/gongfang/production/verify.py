"""What must hold of work orders: their figures are the sums of their documents, and the ledger says the same."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.platform.verification import Check, Fault, sql_check
from gongfang.production.models import LotUse, OutputReceipt, WorkOrder
from gongfang.production.services.elements import come_out, is_by_standard, out_by_element

ELEMENTS = ("material", "labour", "machine", "overhead", "subcontract")
PUT_IN = " + ".join(f"o.actual_{element}" for element in ELEMENTS)
LIVE = "d.approval = 'approved'"

_WIP = f"""
SELECT 'production_workorder ' || o.number, ({PUT_IN}) - o.received_value - o.variance_value, COALESCE(w.wip, 0)
FROM production_workorder o
LEFT JOIN (SELECT b.cost_object_key, SUM(b.debit - b.credit) AS wip
           FROM ledger_accountbalance b JOIN ledger_account a ON a.id = b.account_id
           WHERE a.code LIKE '4001%' AND b.cost_object_key <> 0 GROUP BY b.cost_object_key) w
  ON w.cost_object_key = o.cost_object_id
WHERE ({PUT_IN}) - o.received_value - o.variance_value <> COALESCE(w.wip, 0)"""

_PUT_IN = " UNION ALL ".join(
    f"SELECT id, number, cost_object_id, '{element}' AS element, actual_{element} AS put_in FROM production_workorder WHERE cost_object_id IS NOT NULL"
    for element in ELEMENTS
)
_WIP_ELEMENTS = f"""
SELECT 'production_workorder ' || o.number, o.element, o.put_in, COALESCE(t.taken, 0), COALESCE(w.wip, 0)
FROM ({_PUT_IN}) o
LEFT JOIN (SELECT l.cost_object_id, l.element, SUM(l.credit - l.debit) AS taken
           FROM ledger_voucherline l JOIN ledger_account a ON a.id = l.account_id
           JOIN ledger_voucher v ON v.id = l.voucher_id JOIN ledger_posting p ON p.id = v.posting_id
           WHERE a.code LIKE '4001%' AND p.source_type IN ('production.output_receipt', 'costing.settlement') AND p.reason <> 'ledger.recost'
           GROUP BY l.cost_object_id, l.element) t ON t.cost_object_id = o.cost_object_id AND t.element = o.element
LEFT JOIN (SELECT b.cost_object_key, b.element, SUM(b.debit - b.credit) AS wip
           FROM ledger_accountbalance b JOIN ledger_account a ON a.id = b.account_id
           WHERE a.code LIKE '4001%' AND b.cost_object_key <> 0 GROUP BY b.cost_object_key, b.element) w
  ON w.cost_object_key = o.cost_object_id AND w.element = o.element
WHERE o.put_in - COALESCE(t.taken, 0) <> COALESCE(w.wip, 0)"""

_SETTLED = """
SELECT 'production_workorder ' || o.number, x.element, x.wip
FROM production_workorder o
JOIN (SELECT b.cost_object_key, b.element, SUM(b.debit - b.credit) AS wip
      FROM ledger_accountbalance b JOIN ledger_account a ON a.id = b.account_id
      WHERE a.code LIKE '4001%' AND b.cost_object_key <> 0 GROUP BY b.cost_object_key, b.element) x
  ON x.cost_object_key = o.cost_object_id
WHERE o.stage = 'settled' AND x.wip <> 0"""

_MATERIALS = f"""
SELECT 'production_workordermaterial ' || m.id, m.issued_quantity, m.returned_quantity, m.done_quantity, m.value,
       COALESCE(i.quantity, 0), COALESCE(r.quantity, 0), COALESCE(i.value, 0) - COALESCE(r.value, 0)
FROM production_workordermaterial m
LEFT JOIN (SELECT l.material_id, SUM(l.quantity) AS quantity, SUM(l.value) AS value
           FROM production_issueline l JOIN production_issue d ON d.id = l.document_id
           WHERE {LIVE} GROUP BY l.material_id) i ON i.material_id = m.id
LEFT JOIN (SELECT l.material_id, SUM(l.quantity) AS quantity, SUM(l.value) AS value
           FROM production_materialreturnline l JOIN production_materialreturn d ON d.id = l.document_id
           WHERE {LIVE} GROUP BY l.material_id) r ON r.material_id = m.id
WHERE m.issued_quantity <> COALESCE(i.quantity, 0) OR m.returned_quantity <> COALESCE(r.quantity, 0)
   OR m.done_quantity <> m.issued_quantity - m.returned_quantity
   OR m.value <> COALESCE(i.value, 0) - COALESCE(r.value, 0)"""

_COUNTED = (
    ("good_quantity", "good"), ("scrap_material", "scrap_material"), ("scrap_worker", "scrap_worker"), ("rework_quantity", "rework"),
    ("minutes", "minutes"), ("labour_minutes", "labour_minutes"), ("labour_value", "labour_value"),
    ("machine_value", "machine_value"), ("overhead_value", "overhead_value"), ("subcontract_value", "subcontract_value"),
)  # fmt: skip
_SUMS = ", ".join(f"SUM(l.{given}) AS {given}" for _, given in _COUNTED)
_OFF = " OR ".join(f"p.{kept} <> COALESCE(x.{given}, 0)" for kept, given in _COUNTED)
_OPERATIONS = f"""
SELECT 'production_workorderoperation ' || p.id, p.good_quantity, COALESCE(x.good, 0)
FROM production_workorderoperation p
LEFT JOIN (SELECT l.operation_id, {_SUMS} FROM production_reportline l
           JOIN production_report d ON d.id = l.document_id WHERE {LIVE} GROUP BY l.operation_id) x ON x.operation_id = p.id
WHERE {_OFF}"""

_RELEASED = """
SELECT 'production_workorderoperation ' || p.id, p.released_quantity, COALESCE(i.quantity, 0) + COALESCE(n.quantity, 0)
FROM production_workorderoperation p
LEFT JOIN (SELECT operation_ref, SUM(accepted_quantity + concession_quantity) AS quantity FROM quality_inspection
           WHERE approval = 'approved' AND operation_ref > 0 AND kind IN ('process', 'final') GROUP BY operation_ref) i
  ON i.operation_ref = p.id
LEFT JOIN (SELECT operation_ref, SUM(quantity) AS quantity FROM quality_nonconformance
           WHERE approval = 'approved' AND operation_ref > 0 AND disposition = 'concession' GROUP BY operation_ref) n
  ON n.operation_ref = p.id
WHERE p.released_quantity <> COALESCE(i.quantity, 0) + COALESCE(n.quantity, 0)"""

_OUTPUT = f"""
SELECT 'production_workorder ' || o.number, o.received_quantity, COALESCE(x.quantity, 0), o.received_value, COALESCE(x.value, 0)
FROM production_workorder o
LEFT JOIN (SELECT l.order_id, SUM(CASE WHEN l.output_id IS NULL THEN l.quantity ELSE 0 END) AS quantity, SUM(l.value) AS value
           FROM production_outputreceiptline l JOIN production_outputreceipt d ON d.id = l.document_id
           WHERE {LIVE} GROUP BY l.order_id) x ON x.order_id = o.id
WHERE o.received_quantity <> COALESCE(x.quantity, 0) OR o.received_value <> COALESCE(x.value, 0)"""

_FURTHER = f"""
SELECT 'production_workorderoutput ' || p.id, p.received_quantity, COALESCE(x.quantity, 0)
FROM production_workorderoutput p
LEFT JOIN (SELECT l.output_id, SUM(l.quantity) AS quantity FROM production_outputreceiptline l
           JOIN production_outputreceipt d ON d.id = l.document_id
           WHERE {LIVE} AND l.output_id IS NOT NULL GROUP BY l.output_id) x ON x.output_id = p.id
WHERE p.received_quantity <> COALESCE(x.quantity, 0)"""

_COSTS = """
SELECT 'production_workorder ' || o.number, o.actual_material, COALESCE(m.value, 0), o.actual_labour, COALESCE(p.labour, 0)
FROM production_workorder o
LEFT JOIN (SELECT document_id, SUM(value) AS value FROM production_workordermaterial GROUP BY document_id) m ON m.document_id = o.id
LEFT JOIN (SELECT document_id, SUM(labour_value) AS labour, SUM(machine_value) AS machine, SUM(overhead_value) AS overhead,
                  SUM(subcontract_value) AS subcontract, SUM(scrap_material + scrap_worker) AS scrap
           FROM production_workorderoperation GROUP BY document_id) p ON p.document_id = o.id
WHERE o.actual_material <> COALESCE(m.value, 0) OR o.actual_labour <> COALESCE(p.labour, 0)
   OR o.actual_machine <> COALESCE(p.machine, 0) OR o.actual_overhead <> COALESCE(p.overhead, 0)
   OR o.actual_subcontract <> COALESCE(p.subcontract, 0) OR o.scrap_quantity <> COALESCE(p.scrap, 0)"""

_TOLERANCE = """
SELECT 'production_workorder ' || o.number, o.received_quantity, o.quantity
FROM production_workorder o
WHERE o.received_quantity > o.quantity AND (o.received_quantity - o.quantity) > o.quantity / 1000000 * o.over_report + o.over_report"""

_LOTS = f"""
SELECT 'production_lotuse ' || u.id, u.quantity, COALESCE(x.quantity, 0)
FROM production_lotuse u
LEFT JOIN (
  SELECT order_id, lot_id, role, SUM(quantity) AS quantity FROM (
    SELECT l.order_id, l.lot_id, 'consumed' AS role, l.quantity FROM production_issueline l
      JOIN production_issue d ON d.id = l.document_id WHERE {LIVE} AND l.lot_id IS NOT NULL
    UNION ALL
    SELECT l.order_id, l.lot_id, 'consumed', -l.quantity FROM production_materialreturnline l
      JOIN production_materialreturn d ON d.id = l.document_id WHERE {LIVE} AND l.lot_id IS NOT NULL
    UNION ALL
    SELECT l.order_id, l.lot_id, 'produced', l.quantity FROM production_outputreceiptline l
      JOIN production_outputreceipt d ON d.id = l.document_id WHERE {LIVE} AND l.lot_id IS NOT NULL) every_line
  GROUP BY order_id, lot_id, role) x ON x.order_id = u.order_id AND x.lot_id = u.lot_id AND x.role = u.role
WHERE u.quantity <> COALESCE(x.quantity, 0)"""

_SUBCONTRACTS = f"""
SELECT 'production_subcontractorder ' || o.number, o.sent_quantity, COALESCE(t.pieces, 0), o.received_quantity, COALESCE(r.good, 0),
       o.fee_value, COALESCE(r.net, 0), o.returned_quantity, COALESCE(t.back, 0)
FROM production_subcontractorder o
LEFT JOIN (SELECT d.subcontract_id, SUM(CASE WHEN d.kind = 'send' THEN d.pieces ELSE -d.pieces END) AS pieces,
                  SUM(CASE WHEN d.kind = 'send' THEN 0 ELSE d.pieces END) AS back
           FROM production_subcontracttransfer d WHERE {LIVE} GROUP BY d.subcontract_id) t ON t.subcontract_id = o.id
LEFT JOIN (SELECT d.subcontract_id, SUM(d.good) AS good, SUM(d.scrap) AS scrap, SUM(d.fee - d.deduction) AS net
           FROM production_subcontractreceipt d WHERE {LIVE} GROUP BY d.subcontract_id) r ON r.subcontract_id = o.id
WHERE o.sent_quantity <> COALESCE(t.pieces, 0) OR o.returned_quantity <> COALESCE(t.back, 0) OR o.received_quantity <> COALESCE(r.good, 0)
   OR o.lost_quantity <> COALESCE(r.scrap, 0) OR o.fee_value <> COALESCE(r.net, 0)"""

_OUTSIDE = f"""
SELECT 'production_subcontractmaterial ' || m.id, m.sent_quantity, COALESCE(t.sent, 0), m.returned_quantity, COALESCE(t.returned, 0),
       m.done_quantity, COALESCE(u.used, 0)
FROM production_subcontractmaterial m
LEFT JOIN (SELECT l.row_id, SUM(CASE WHEN d.kind = 'send' THEN l.quantity ELSE 0 END) AS sent,
                  SUM(CASE WHEN d.kind = 'send' THEN 0 ELSE l.quantity END) AS returned
           FROM production_subcontracttransferline l JOIN production_subcontracttransfer d ON d.id = l.document_id
           WHERE {LIVE} GROUP BY l.row_id) t ON t.row_id = m.id
LEFT JOIN (SELECT d.subcontract_id, l.material_id, SUM(l.quantity) AS used
           FROM production_issueline l JOIN production_subcontractreceipt d ON d.issue_id = l.document_id
           WHERE {LIVE} GROUP BY d.subcontract_id, l.material_id) u ON u.subcontract_id = m.document_id AND u.material_id = m.material_id
WHERE m.sent_quantity <> COALESCE(t.sent, 0) OR m.returned_quantity <> COALESCE(t.returned, 0) OR m.done_quantity <> COALESCE(u.used, 0)"""

_OUTSIDE_ORDERS = """
SELECT 'production_workordermaterial ' || m.id, m.outside_quantity, COALESCE(s.amount, 0)
FROM production_workordermaterial m
LEFT JOIN (SELECT material_id, SUM(sent_quantity - returned_quantity - done_quantity) AS amount
           FROM production_subcontractmaterial GROUP BY material_id) s ON s.material_id = m.id
WHERE m.outside_quantity <> COALESCE(s.amount, 0)"""

_OUTSIDE_STOCK = """
SELECT 'masterdata_item ' || i.code, COALESCE(b.amount, 0), x.amount
FROM (SELECT o.partner_id, m.item_id, SUM(m.sent_quantity - m.returned_quantity - m.done_quantity) AS amount
      FROM production_subcontractmaterial m JOIN production_subcontractorder o ON o.id = m.document_id
      GROUP BY o.partner_id, m.item_id) x
JOIN masterdata_item i ON i.id = x.item_id
LEFT JOIN (SELECT l.partner_id, b.item_id, SUM(b.quantity) AS amount
           FROM ledger_balance b JOIN ledger_location l ON l.id = b.location_id
           WHERE l.kind = 'subcontractor' GROUP BY l.partner_id, b.item_id) b ON b.partner_id = x.partner_id AND b.item_id = x.item_id
WHERE COALESCE(b.amount, 0) < x.amount"""

_FEES = """
SELECT 'production_subcontractreceipt ' || d.number, d.fee - d.deduction, COALESCE(l.fee, 0)
FROM production_subcontractreceipt d
LEFT JOIN (SELECT document_id, SUM(subcontract_value) AS fee FROM production_reportline GROUP BY document_id) l ON l.document_id = d.report_id
WHERE d.approval = 'approved' AND (d.fee - d.deduction <> COALESCE(l.fee, 0) OR d.invoiced > d.fee - d.deduction AND d.invoiced > 0)"""


def _values(table: str, lines: str, doc_type: str) -> str:
    """Live documents whose lines do not carry the value that their posting moved."""
    return f"""
SELECT '{table} ' || d.number, COALESCE(l.value, 0), COALESCE(m.value, 0)
FROM {table} d
LEFT JOIN (SELECT document_id, SUM(value) AS value FROM {lines} GROUP BY document_id) l ON l.document_id = d.id
LEFT JOIN (SELECT p.source_id, SUM(s.value + COALESCE((SELECT SUM(a.value) FROM ledger_stockmove a WHERE a.adjusts_id = s.id
             AND a.kind = 'recost' AND a.target_account_id = s.target_account_id), 0)) AS value
           FROM ledger_stockmove s JOIN ledger_posting p ON p.id = s.posting_id
           WHERE p.source_type = '{doc_type}' AND p.reverses_id IS NULL AND s.quantity <> 0 GROUP BY p.source_id) m
  ON m.source_id = d.id
WHERE d.approval = 'approved' AND COALESCE(l.value, 0) <> COALESCE(m.value, 0)"""


def _standing(table: str) -> str:
    """Documents taken back whose posting still stands, and live ones whose posting was reversed."""
    return f"""
SELECT '{table} ' || d.number, d.approval
FROM {table} d LEFT JOIN ledger_posting r ON r.reverses_id = d.posting_id
WHERE d.posting_id IS NOT NULL AND ((d.approval = 'approved') <> (r.id IS NULL))"""


def lot_cycles() -> Iterator[Fault]:
    """A lot that went into itself by way of several orders. Rework, which takes a lot in and gives it out, is none."""
    into: dict[int, set[int]] = defaultdict(set)
    outof: dict[int, set[int]] = defaultdict(set)
    for order_id, lot_id, role in LotUse.objects.filter(quantity__gt=0).values_list("order_id", "lot_id", "role"):
        (into if role == LotUse.Role.CONSUMED else outof)[order_id].add(lot_id)
    following: dict[int, set[int]] = defaultdict(set)
    waiting: dict[int, int] = defaultdict(int)
    for order_id, lots in into.items():
        for lot in lots:
            following[lot] |= outof[order_id] - lots
    for lots in following.values():
        for lot in lots:
            waiting[lot] += 1
    ready = [lot for lot in following if not waiting[lot]]
    while ready:
        for lot in following.get(ready.pop(), ()):
            waiting[lot] -= 1
            if not waiting[lot]:
                ready.append(lot)
    for lot, count in waiting.items():
        if count > 0:
            yield Fault("production.genealogy", f"ledger_lot {lot}", "the lot went into itself")


CHUNK = 500
DRIFT = Decimal("0.04")
"""By how much an element may be off for each receipt that was taken back; the next one puts it right."""


def output_elements() -> Iterator[Fault]:
    """Orders whose output took more or less of an element than its share: the standard without by-products, these off the material."""
    running = WorkOrder.objects.exclude(received_value=0).exclude(stage="settled").order_by("pk")
    pks = list(running.values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        orders = WorkOrder.objects.in_bulk(pks[start : start + CHUNK])
        come = come_out(orders)
        standing = ledger.wip_of([order.cost_object_id for order in orders.values()])
        taken_back = OutputReceipt.objects.filter(lines__order__in=list(orders), approval="void")
        undone = Counter(order_id for order_id, _ in taken_back.values_list("lines__order", "pk").distinct())
        for order in orders.values():
            shares = out_by_element(order, come[order.pk])
            for element in ELEMENTS if is_by_standard(order) else ():
                taken = getattr(order, f"actual_{element}") - standing[order.cost_object_id].get(element, ZERO)
                share = shares.get(element, ZERO)
                if abs(taken - share) > DRIFT * undone[order.pk]:
                    yield Fault("production.output_elements", f"production_workorder {order.number}", f"{element}: taken out {taken}, share {share}")  # fmt: skip


_RESERVED = """
SELECT 'production_workordermaterial ' || k.source_line, k.quantity, COALESCE(m.quantity - m.done_quantity, 0), COALESCE(o.stage, '')
FROM (SELECT source_id, source_line, item_id, SUM(quantity) AS quantity FROM ledger_reservation
      WHERE source_type = 'production.work_order' GROUP BY source_id, source_line, item_id) k
LEFT JOIN production_workordermaterial m ON m.id = k.source_line AND m.document_id = k.source_id AND m.item_id = k.item_id
LEFT JOIN production_workorder o ON o.id = m.document_id
WHERE m.id IS NULL OR o.approval <> 'approved' OR o.stage IN ('completed', 'closed', 'settled', 'cancelled')
   OR k.quantity > m.quantity - m.done_quantity"""


def _documents() -> list[Check]:
    found = []
    for noun, lines, doc_type in (
        ("issue", "issueline", "production.issue"),
        ("materialreturn", "materialreturnline", "production.material_return"),
        ("outputreceipt", "outputreceiptline", "production.output_receipt"),
    ):
        table = f"production_{noun}"
        found.append(
            sql_check(
                f"production.{noun}_value", N_("Lines carry the value that was moved"),
                _values(table, f"production_{lines}", doc_type), "lines {0}, moves {1}",
            )
        )  # fmt: skip
    for noun in ("issue", "materialreturn", "report", "outputreceipt", "subcontracttransfer"):
        found.append(
            sql_check(
                f"production.{noun}_standing", N_("A document stands exactly as its posting does"),
                _standing(f"production_{noun}"), "document {0}, posting otherwise",
            )
        )  # fmt: skip
    return found


CHECKS = [
    sql_check("production.wip", N_("Work in process of an order = put in − taken out − variance"), _WIP, "order {0}, ledger {1} (cents)"),
    sql_check("production.wip_elements", N_("Work in process of an order = put in − taken out − variance, in every cost element"), _WIP_ELEMENTS, "{0}: put in {1}, out {2}, ledger {3} (cents)"),
    Check("production.output_elements", output_elements, N_("Output takes its share of every cost element, by-products material alone")),
    sql_check("production.settled", N_("A settled order has nothing in process"), _SETTLED, "{0}: {1} (cents)"),
    sql_check("production.materials", N_("Issued and returned = the documents"), _MATERIALS, "issued {0} returned {1} net {2} value {3}; documents {4} {5} {6}"),
    sql_check("production.operations", N_("Reported = the reports"), _OPERATIONS, "good {0}, reports {1}"),
    sql_check("production.released", N_("Pieces released at an operation = the inspections"), _RELEASED, "released {0}, inspections {1}"),
    sql_check("production.output", N_("Received = the receipts"), _OUTPUT, "received {0}, receipts {1}; value {2}, receipts {3}"),
    sql_check("production.further_output", N_("By-products received = the receipts"), _FURTHER, "received {0}, receipts {1}"),
    sql_check("production.costs", N_("Cost of an order = its components and operations"), _COSTS, "material {0}/{1}, labour {2}/{3}"),
    sql_check("production.tolerance", N_("No more received than planned and tolerated"), _TOLERANCE, "received {0}, planned {1}"),
    sql_check("production.lots", N_("Lots of an order = the documents"), _LOTS, "{0}, documents {1}"),
    sql_check("production.subcontracts", N_("Sent out, come back and fees = the documents"), _SUBCONTRACTS, "sent {0}/{1}, received {2}/{3}, fee {4}/{5}, returned unworked {6}/{7}"),
    sql_check("production.outside", N_("Material at subcontractors = the documents"), _OUTSIDE, "sent {0}/{1}, returned {2}/{3}, used {4}/{5}"),
    sql_check("production.outside_orders", N_("Orders know what of them is at subcontractors"), _OUTSIDE_ORDERS, "order {0}, subcontract orders {1}"),
    sql_check("production.outside_stock", N_("What orders have at a subcontractor is there"), _OUTSIDE_STOCK, "ledger {0}, orders {1}"),
    sql_check("production.fees", N_("Processing fees stand in the reports and are invoiced once"), _FEES, "receipt {0}, report {1} (cents)"),
    sql_check("production.reserved", N_("Materials are reserved only for what running orders still need"), _RESERVED, "{0} millionths reserved, {1} needed, order {2}"),
    *_documents(),
    Check("production.genealogy", lot_cycles, N_("No lot went into itself")),
]  # fmt: skip
