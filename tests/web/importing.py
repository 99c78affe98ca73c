"""A company in the middle of its work, and for every noun that takes a sheet one document in it, told by names as people know them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from gongfang.finance import services as finance
from gongfang.finance.rules import InvoiceLineInput
from gongfang.inventory.services.alert_rules import ensure_rules
from gongfang.ledger.models import Account
from gongfang.maintenance.models import Equipment
from gongfang.masterdata.models import Bom, BomLine, Calendar, Plant, Routing, RoutingOperation, WorkCentre
from gongfang.people.models import Employee, Skill
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from gongfang.quality import services as quality
from tests.trading import Trade

D = Decimal
Row = dict[str, Any]


class Company(Trade):
    """What the rows below name: documents by their kind in `numbers`."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, str] = {}
        self._masters()
        self._trade()
        self._make()
        self.numbers["account"] = Account.objects.filter(is_leaf=True, code__startswith="56").order_by("code")[0].code

    def _masters(self) -> None:
        plant = self.warehouses["W1"].plant
        self.centre = WorkCentre.objects.create(code="LATHE", name="车床组", plant=plant, labour_rate=D(40))
        self.lathe = Equipment.objects.create(code="EQ1", name="车床", work_centre=self.centre)
        self.employee = Employee.objects.create(code="E1", name="张伟")
        Equipment.objects.create(code="IN1", name="千分尺", kind="instrument")
        ensure_rules()
        self.place("W2")
        Plant.objects.create(code="P2", name="二厂")  # with one, no list has plants
        Skill.objects.create(code="WELD", name="焊接")
        Calendar.objects.create(code="C5", name="五天制", weekdays=[1, 2, 3, 4, 5])
        self.subcontractor = self.partners["S2"]
        self.subcontractor.is_subcontractor = True
        self.subcontractor.save()
        bom = Bom.objects.create(item=self.items["pump"], base_quantity=D(1))
        BomLine.objects.create(bom=bom, line_no=1, component=self.items["shaft"], quantity=D(2), operation_no=10)
        routing = Routing.objects.create(item=self.items["pump"])
        RoutingOperation.objects.create(
            routing=routing, operation_no=20, name="车", work_centre=self.centre, run_minutes=D(6)
        )
        RoutingOperation.objects.create(
            routing=routing, operation_no=10, name="电镀", work_centre=self.centre, is_subcontracted=True, subcontractor=self.subcontractor,
            subcontract_price=D(3),
        )  # fmt: skip
        self.in_boxes("shaft", 12)

    def _trade(self) -> None:
        self.stock("shaft", 500, "5000")
        self.stock("wheel", 100, "1000")
        self.stock("pump", 20, "8000")
        self.stock("casting", 10, "500", lot="L1")
        self.item("plate", tracking="lot")
        self.stock("plate", 10, "300", lot="L1")  # a lot code that two items share
        order = self.order(shaft=40, wheel=40)
        self.numbers["order"] = order.number
        receipt = self.receive(order, shaft=10, wheel=10)
        self.numbers["receipt"] = receipt.number
        sold = self.sell(pump=10)
        self.numbers["sold"] = sold.number
        self.numbers["shipment"] = self.ship(sold, pump=4).number
        billed = self.receive(self.order(shaft=7))
        invoice = self.do(
            finance.create_purchase_invoice, supplier_id=self.partners["S1"].pk, invoice_no="F001",
            lines=[InvoiceLineInput(line.pk, line.quantity) for line in billed.lines.all()],
        )  # fmt: skip
        self.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
        self.numbers["bill"] = invoice.number
        shipped = self.ship(self.sell(pump=1))
        invoice = self.do(
            finance.create_sales_invoice, customer_id=self.partners["C1"].pk, invoice_no="S001",
            lines=[InvoiceLineInput(line.pk, line.quantity) for line in shipped.lines.all()],
        )  # fmt: skip
        self.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
        self.numbers["sales bill"] = invoice.number
        complaint = self.do(
            quality.create_complaint, customer_id=self.partners["C1"].pk, item_id=self.items["pump"].pk, quantity=D(1), defect="漏油"
        )  # fmt: skip
        self.numbers["complaint"] = complaint.number

    def _make(self) -> None:
        order = self.do(
            production.create_order, item_id=self.items["pump"].pk, quantity=D(5), start=self.today, due=self.today + timedelta(7),
            warehouse_id=self.warehouses["W1"].pk,
        )  # fmt: skip
        self.do(production.submit_order, document_id=order.pk)
        while WorkOrder.objects.get(pk=order.pk).approval == "submitted":
            self.do(production.approve_order, document_id=order.pk)
        self.do(production.release_orders, order_ids=[order.pk])
        self.numbers["work order"] = order.number
        outside = self.do(
            production.create_subcontract_order, order_id=order.pk, operation_no=10, quantity=D(2), due=self.today + timedelta(5),
            partner_id=self.subcontractor.pk,
        )  # fmt: skip
        self.do(production.SUBCONTRACT.approve, document_id=outside.pk)
        sent = production.SendInput(self.items["shaft"].pk, D(1), warehouse_id=self.warehouses["W1"].pk)
        self.do(production.send_subcontract, subcontract_id=outside.pk, lines=[sent])
        self.numbers["subcontract"] = outside.number


def day(trade: Trade, days: int = 0) -> str:
    return (trade.today + timedelta(days)).isoformat()


EQUIPMENT: list[Row] = [
    {"code": "EQ9", "name": "铣床", "work_centre": "LATHE", "uses.item": "pump", "uses.operation_no": "10"}
]
PARTNER: list[Row] = [{"code": "P9", "name": "新伙伴", "is_supplier": "是", "is_customer": "是", "is_subcontractor": "是", "banks.bank": "工行", "banks.account": "6222"}, {"banks.bank": "建行", "banks.account": "6217"}]  # fmt: skip
ROWS: dict[str, Callable[[Company], list[Row]]] = {
    "finance/customer-statements": lambda c: [{"customer": "C1"}],
    "finance/supplier-statements": lambda c: [{"supplier": "S1", "until": day(c)}],
    "finance/estimate-policies": lambda c: [{"valid_from": "2031-01-01", "method": "single"}],
    "finance/payment-requests": lambda c: [{"supplier": "S1", "lines.invoice": c.numbers["bill"], "lines.amount": "5"}],
    "finance/payments": lambda c: [{"supplier": "S1", "amount": "5", "lines.invoice": c.numbers["bill"], "lines.amount": "5"}],
    "finance/purchase-invoices": lambda c: [{"supplier": "S1", "invoice_no": "F9", "lines.source_line": f"{c.numbers['receipt']}-1", "lines.quantity": "2"}, {"lines.order_line": f"{c.numbers['order']}-2", "lines.quantity": "3"}],
    "finance/receipts": lambda c: [{"customer": "C1", "amount": "5", "lines.invoice": c.numbers["sales bill"], "lines.amount": "5"}],
    "finance/sales-invoices": lambda c: [{"customer": "C1", "lines.source_line": f"{c.numbers['shipment']}-1", "lines.quantity": "2"}],
    "inventory/alert-rules": lambda c: [{"kind": "shortage", "item": "shaft", "quantity": "5"}],
    "inventory/conversions": lambda c: [
        {"warehouse": "W1", "lines.item": "shaft", "lines.quantity": "2", "outputs.item": "wheel", "outputs.quantity": "3"},
        {"lines.item": "casting", "lines.lot": "L1", "lines.quantity": "1"},
        {"outputs.item": "plate", "outputs.lot_code": "L7", "outputs.quantity": "1"},
    ],
    "inventory/count-plans": lambda c: [{"name": "月盘", "warehouse": "W1", "people.user": "老板"}],
    "inventory/counts": lambda c: [{"location": "W1", "lines.item": "shaft", "lines.counted": "400"}],
    "inventory/custody": lambda c: [{"ownership": "customer", "partner": "C1", "warehouse": "W1", "lines.item": "shaft", "lines.quantity": "5"}],
    "inventory/locations": lambda c: [{"code": "W1-A1", "name": "A1", "warehouse": "W1", "kind": "store"}],
    "inventory/other-issues": lambda c: [{"warehouse": "W1", "lines.item": "casting", "lines.lot": "L1", "lines.quantity": "1"}],
    "inventory/other-receipts": lambda c: [{"warehouse": "W1", "lines.item": "shaft", "lines.quantity": "1", "lines.unit_cost": "3"}],
    "inventory/packages": lambda c: [{"location": "W1", "lines.item": "shaft", "lines.quantity": "10"}],
    "inventory/picking-rules": lambda c: [{"warehouse": "W1", "item": "casting", "strategy": "fifo"}],
    "inventory/purpose-accounts": lambda c: [{"direction": "receipt", "purpose": "found", "account": c.numbers["account"]}],
    "inventory/put-away-rules": lambda c: [{"warehouse": "W1", "item": "shaft"}],
    "inventory/transfers": lambda c: [{"source": "W1", "target": "W2", "lines.item": "plate", "lines.lot": "L1", "lines.quantity": "2"}],
    "ledger/accounts": lambda c: [{"parent": "1002", "code": "100299", "name": "新银行"}],
    "ledger/journals": lambda c: [
        {"business_date": day(c), "summary": "提现", "lines.account": "1001", "lines.debit": "5"}, {"lines.account": "1002", "lines.credit": "5"}
    ],
    "ledger/value-adjustments": lambda c: [
        {"business_date": day(c), "amount": "10", "lines.move": f"{c.numbers['receipt']}-1"}, {"lines.move": f"{c.numbers['receipt']}-2"}
    ],
    "maintenance/calibrations": lambda c: [{"equipment": "IN1", "on": day(c), "until": day(c, 365)}],
    "maintenance/check-plans": lambda c: [{"equipment": "EQ1", "name": "日检", "points.name": "油位"}, {"points.name": "噪声"}],
    "maintenance/equipment": lambda c: EQUIPMENT,
    "maintenance/instruments": lambda c: [{"code": "IN9", "name": "卡尺"}],
    "maintenance/moulds": lambda c: [{"code": "MO9", "name": "模具", "uses.item": "pump"}],
    "maintenance/orders": lambda c: [{"equipment": "EQ1", "fault": "异响"}],
    "maintenance/plans": lambda c: [{"equipment": "EQ1", "name": "换油", "every_days": "30", "task": "换油", "parts.item": "shaft", "parts.quantity": "1"}],
    "maintenance/stops": lambda c: [{"equipment": "EQ1", "started_at": f"{day(c, -1)} 08:00", "ended_at": f"{day(c, -1)} 09:00"}],
    "masterdata/boms": lambda c: [
        {"item": "wheel", "lines.component": "casting", "lines.quantity": "2", "outputs.item": "seal", "outputs.quantity": "1"},
        {"lines.component": "shaft", "lines.quantity": "1", "substitutes.line_no": "1", "substitutes.item": "plate"},
    ],
    "masterdata/calendars": lambda c: [{"code": "C9", "name": "六天制", "weekdays": "1,2,3,4,5,6", "exceptions.date": "2031-10-01", "exceptions.name": "国庆"}],
    "masterdata/categories": lambda c: [{"code": "K9", "name": "辅料", "inventory_role": "raw"}],
    "masterdata/changes": lambda c: [{"title": "加轴", "reason": "强度", "effective_on": day(c, 3), "lines.bom": "pump", "lines.action": "add", "lines.replacement": "wheel", "lines.quantity": "1"}],
    "masterdata/customer-prices": lambda c: [{"item": "pump", "customer": "C1", "price": "900"}],
    "masterdata/customers": lambda c: PARTNER,
    "masterdata/items": lambda c: [
        {"code": "I9", "name": "新物料", "category": "raw", "unit": "pcs", "units.unit": "box", "units.numerator": "12", "barcodes.code": "690001"},
        {"plants.plant": "P1", "plants.safety_stock": "5"},
    ],
    "masterdata/partners": lambda c: PARTNER,
    "masterdata/plants": lambda c: [{"code": "P9", "name": "九厂"}],
    "masterdata/routings": lambda c: [
        {"item": "wheel", "operations.operation_no": "10", "operations.name": "车", "operations.work_centre": "LATHE"},
        {"operations.operation_no": "20", "operations.name": "磨", "operations.work_centre": "LATHE"},
    ],
    "masterdata/subcontractors": lambda c: PARTNER,
    "masterdata/supplier-prices": lambda c: [{"item": "shaft", "supplier": "S1", "price": "9"}],
    "masterdata/suppliers": lambda c: PARTNER,
    "masterdata/units": lambda c: [{"code": "t", "name": "吨"}],
    "masterdata/warehouses": lambda c: [{"code": "W9", "name": "九库", "plant": "P1"}],
    "masterdata/work-centres": lambda c: [
        {"code": "MILL", "name": "铣", "plant": "P1", "setup_changes.from_family": "A", "setup_changes.to_family": "B", "setup_changes.minutes": "15"}
    ],
    "people/employees": lambda c: [{"code": "E9", "name": "王芳", "user": "boss"}],
    "people/skill-records": lambda c: [{"employee": "E1", "skill": "WELD", "level": "3", "issued_on": day(c)}],
    "people/skills": lambda c: [{"code": "TURN", "name": "车工"}],
    "planning/firm-orders": lambda c: [{"item": "pump", "quantity": "5", "due_on": day(c, 9)}],
    "planning/forecast-periods": lambda c: [{"item": "pump", "start": "2031-01-01", "quantity": "10"}],
    "planning/master-items": lambda c: [{"item": "pump"}],
    "planning/scenarios": lambda c: [{"name": "加量", "changes.kind": "demand", "changes.item": "pump", "changes.quantity": "5", "changes.on": day(c, 9)}],
    "platform/flows": lambda c: [{"doc_type": "purchasing.order", "name": "采购审批", "steps.order": "1", "steps.user": "老板"}],
    "platform/numbers": lambda c: [{"doc_type": "sales.order", "prefix": "XX"}],
    "platform/roles": lambda c: [{"code": "r9", "name": "新角色", "permissions": "purchasing.create_order,purchasing.approve_order"}],
    "platform/substitutes": lambda c: [{"user": "boss", "substitute": "keeper", "first_on": day(c, 1), "last_on": day(c, 2)}],
    "platform/users": lambda c: [{"username": "u9", "name": "新人", "password": "Gongfang-2026", "roles": "admin"}],
    "production/escalations": lambda c: [{"kind": "machine", "role": "admin", "level": "3"}],
    "production/orders": lambda c: [{"item": "pump", "quantity": "3", "start": day(c), "due": day(c, 5), "materials.item": "wheel", "materials.quantity": "3"}],
    "production/subcontract-receipts": lambda c: [{"subcontract": c.numbers["subcontract"], "good": "1"}],
    "production/subcontract-returns": lambda c: [{"subcontract": c.numbers["subcontract"], "lines.item": "shaft", "lines.quantity": "1", "lines.warehouse": "W1"}],
    "production/subcontract-transfers": lambda c: [{"subcontract": c.numbers["subcontract"], "lines.item": "shaft", "lines.quantity": "1", "lines.warehouse": "W1"}],
    "production/subcontracts": lambda c: [{"order": c.numbers["work order"], "operation_no": "10", "quantity": "1", "due": day(c, 5)}],
    "purchasing/approved-suppliers": lambda c: [{"item": "shaft", "supplier": "S1"}],
    "purchasing/arrivals": lambda c: [{"supplier": "S1", "lines.order_line": f"{c.numbers['order']}-1", "lines.quantity": "3"}],
    "purchasing/blankets": lambda c: [{"supplier": "S1", "valid_from": day(c), "valid_to": day(c, 99), "lines.item": "shaft", "lines.quantity": "99", "lines.price": "9"}],
    "purchasing/certificates": lambda c: [{"supplier": "S1", "title": "ISO 9001", "expires_on": "2031-01-01"}],
    "purchasing/correctives": lambda c: [{"supplier": "S1", "problem": "包装破损"}],
    "purchasing/order-changes": lambda c: [{"order": c.numbers["order"], "reason": "加量", "lines.order_line": f"{c.numbers['order']}-2", "lines.quantity": "50"}],
    "purchasing/orders": lambda c: [
        {"supplier": "S1", "due_date": day(c, 9), "lines.item": "shaft", "lines.quantity": "2", "lines.unit": "box", "lines.price": "120"},
        {"lines.item": "wheel", "lines.quantity": "5", "lines.price": "10"},
    ],
    "purchasing/receipts": lambda c: [{"supplier": "S1", "lines.order_line": f"{c.numbers['order']}-1", "lines.quantity": "3"}],
    "purchasing/requisitions": lambda c: [{"lines.item": "shaft", "lines.quantity": "5", "lines.due_date": day(c, 9)}],
    "purchasing/returns": lambda c: [{"supplier": "S1", "warehouse": "W1", "reason": "错发", "lines.receipt_line": f"{c.numbers['receipt']}-2", "lines.quantity": "1"}],
    "purchasing/rfqs": lambda c: [
        {"lines.item": "shaft", "lines.quantity": "50", "lines.due_date": day(c, 9), "offers.item": "shaft", "offers.supplier": "S1", "offers.price": "9"},
        {"offers.item": "shaft", "offers.supplier": "S2", "offers.price": "8.5"},
    ],
    "purchasing/supplier-blocks": lambda c: [{"supplier": "S2", "reason": "断供"}],
    "quality/actions": lambda c: [{"title": "漏油", "due": day(c, 30), "complaint": c.numbers["complaint"], "problem": "漏油", "steps.code": "D1", "steps.task": "组队"}, *({"steps.code": f"D{n}"} for n in range(2, 9))],
    "quality/complaints": lambda c: [{"customer": "C1", "item": "plate", "quantity": "1", "lot": "L1", "defect": "锈"}],
    "quality/inspections": lambda c: [{"kind": "final", "item": "pump", "quantity": "5", "results.characteristic": "外观"}, {"results.characteristic": "尺寸"}],
    "quality/nonconformances": lambda c: [{"item": "casting", "quantity": "1", "lot": "L1", "location": "W1", "defect": "砂眼"}],
    "quality/plans": lambda c: [{"code": "QP9", "name": "泵终检", "kind": "final", "item": "pump", "characteristics.characteristic": "外观"}, {"characteristics.characteristic": "尺寸"}],
    "sales/orders": lambda c: [{"customer": "C1", "promised_date": day(c, 9), "lines.item": "pump", "lines.quantity": "2", "lines.price": "900"}],
    "sales/quotations": lambda c: [{"customer": "C1", "valid_until": day(c, 9), "lines.item": "pump", "lines.quantity": "2", "lines.price": "900"}],
    "sales/returns": lambda c: [{"customer": "C1", "warehouse": "W1", "reason": "损坏", "lines.shipment_line": f"{c.numbers['shipment']}-1", "lines.quantity": "1"}],
    "sales/shipments": lambda c: [{"customer": "C1", "lines.order_line": f"{c.numbers['sold']}-1", "lines.quantity": "1"}],
}  # fmt: skip
LINES: dict[str, dict[str, int]] = {
    "inventory/conversions": {"lines": 2, "outputs": 2},
    "inventory/count-plans": {"people": 1},
    "ledger/value-adjustments": {"lines": 2},
    "masterdata/boms": {"lines": 2, "outputs": 1, "substitutes": 1},
    "masterdata/items": {"units": 1, "barcodes": 1, "plants": 1},
    "masterdata/partners": {"banks": 2},
    "purchasing/arrivals": {"lines": 1},
    "purchasing/orders": {"lines": 2},
    "purchasing/rfqs": {"lines": 1, "offers": 2},
    "quality/inspections": {"results": 2},
    "quality/plans": {"characteristics": 2},
}
