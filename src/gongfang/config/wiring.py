"""The only upward wires: which handlers hear which events, and which providers answer which ports.

Read from top to bottom it is the list of everything that happens by itself.
"""


def connect() -> None:
    """Install all wires; called once when the applications are ready. Safe to repeat."""
    # purchasing
    from gongfang.platform.events import wire
    from gongfang.purchasing import handlers as purchasing
    from gongfang.quality import events as quality_events

    wire(quality_events.NonconformanceDisposed, purchasing.send_back)
    # ledger: places for new warehouses and subcontractors
    from gongfang.ledger import handlers as ledger
    from gongfang.masterdata.events import PartnersAdded, StandardCostsChanged, WarehousesAdded
    from gongfang.platform.events import wire

    wire(WarehousesAdded, ledger.give_locations)
    wire(PartnersAdded, ledger.give_subcontractor_places)
    wire(StandardCostsChanged, ledger.revalue_standards)
    # masterdata: what has moved keeps its base unit and tracking
    from gongfang.masterdata.services import USES

    USES.plug(ledger.uses_of_items)
    # sales: what customers owe
    from gongfang.config import answers
    from gongfang.sales import services as sales

    sales.RECEIVABLES.plug(answers.receivables)
    _structure()
    _plans()
    _money()
    _worth()
    _store()
    # inventory: alerts follow every move, and turn into documents above
    from gongfang.config import makers
    from gongfang.inventory import handlers as inventory_handlers
    from gongfang.inventory.services import INCOMING, MAKE, REPORT, REQUISITION, SELL
    from gongfang.ledger.events import StockMoved

    wire(StockMoved, inventory_handlers.follow_packages)
    wire(StockMoved, inventory_handlers.look_again, after_commit=True)
    INCOMING.plug(answers.incoming_supply)
    REQUISITION.plug(makers.requisition)
    MAKE.plug(makers.work_order)
    SELL.plug(makers.offer)
    REPORT.plug(makers.report)
    # production: what an order lacks is asked for
    from gongfang.production.ports import BUY

    BUY.plug(makers.Buyer())
    _floor()
    _stations()


def _money() -> None:
    """Finance: what the month's check list asks of it; what is replaced is invoiced with what it replaces. Purchasing: goods that were
    invoiced before they came.
    """
    from gongfang.finance import handlers as finance
    from gongfang.finance.services import GoodsAwaited, unfinished_estimates
    from gongfang.ledger.services import CLOSING_CHECKS
    from gongfang.platform.events import wire
    from gongfang.purchasing.events import GoodsReceived
    from gongfang.purchasing.services import ON_WAY

    wire(GoodsReceived, finance.settle_replaced)
    ON_WAY.plug(GoodsAwaited())
    if unfinished_estimates not in CLOSING_CHECKS:
        CLOSING_CHECKS.append(unfinished_estimates)


def _worth() -> None:
    """Ledger: what repeats the cost of moves follows when they are re-costed; what is settled takes no more."""
    from gongfang.inventory import handlers as store
    from gongfang.ledger.events import ValuesRecosted
    from gongfang.ledger.services import FINISHED
    from gongfang.maintenance import handlers as maintenance
    from gongfang.platform.events import wire
    from gongfang.production import handlers as production
    from gongfang.sales import handlers as sales

    wire(ValuesRecosted, production.recost_issues)
    wire(ValuesRecosted, sales.recost_shipments)
    wire(ValuesRecosted, store.recost_documents)
    wire(ValuesRecosted, maintenance.recost_parts)
    FINISHED.plug(production.finished_cost_objects)


def _store() -> None:
    """Ledger: places that a count holds still; in which order a warehouse wants its lots and places emptied."""
    from gongfang.inventory import queries as inventory
    from gongfang.ledger.queries import PICKING_RULES
    from gongfang.ledger.services import HOLDS

    HOLDS.plug(inventory.held_places)
    PICKING_RULES.plug(inventory.picking_orders)


def _floor() -> None:
    """Inspection, moulds, instruments and certificates on the shop floor."""
    # quality → production: pieces released or dealt with; maintenance → production, quality: moulds and instruments;
    # people → production: who has the certificate that an operation asks for
    from gongfang.config import tooling
    from gongfang.finance import handlers as finance
    from gongfang.maintenance import queries as maintenance
    from gongfang.people import queries as people
    from gongfang.platform.events import wire
    from gongfang.production import queries as production_queries
    from gongfang.production.events import HelpCalled, SubcontractTakenBack
    from gongfang.production.ports import TOOLING
    from gongfang.production.services import UNCERTIFIED, disposing, inspecting
    from gongfang.quality import events as quality_events
    from gongfang.quality.services import GENEALOGY, INSTRUMENTS, LOTS_MADE, REWORK, RUNNING

    wire(quality_events.InspectionsDecided, disposing.release_pieces)
    wire(quality_events.NonconformanceDisposed, disposing.dispose)
    wire(HelpCalled, tooling.report_machine)
    wire(SubcontractTakenBack, finance.restate_withdrawn)
    TOOLING.plug(tooling.Tools())
    UNCERTIFIED.plug(people.uncertified)
    GENEALOGY.plug(production_queries.lot_steps)
    LOTS_MADE.plug(inspecting.lots_made_by)
    REWORK.plug(production_queries.rework_cost)
    RUNNING.plug(production_queries.running_work)
    INSTRUMENTS.plug(maintenance.unfit_instruments)


def _stations() -> None:
    """Inventory: what those above want received and picked at the scan stations. Platform: imports that run beside the pages."""
    from gongfang.config import scan_work
    from gongfang.inventory.services import provide
    from gongfang.platform.exchange import jobs

    assert jobs.JOB

    for provider in (scan_work.PurchaseWork(), scan_work.SalesWork(), scan_work.MaterialWork(), scan_work.OutputWork()):
        provide(provider)


def _structure() -> None:
    """Masterdata: what an engineering change touches, and whether old stock is used up."""
    from gongfang.config import answers
    from gongfang.masterdata.services import IMPACTS, STOCK

    IMPACTS.plug(answers.impacts_of_change)
    STOCK.plug(answers.stock_of)


def _plans() -> None:
    """Sales: when the lines of an order can be had. Production: what its orders wait for."""
    from gongfang.planning.queries.awaited import awaited
    from gongfang.planning.queries.promises import promises
    from gongfang.production.ports import AWAITED
    from gongfang.sales import services as sales

    sales.PROMISE.plug(promises)
    AWAITED.plug(awaited)
