"""The demo factory: a maker of centrifugal pumps, written as the workbook that anybody could import.

    .venv/bin/python -m tools.demo_factory        writes examples/pump-factory.xlsx and examples/template.xlsx

The same each time: what looks like chance comes from seeded generators. Costs are rolled up as `costing` does it, so that the
standard costs, the opening stock and the books agree to the cent.
"""
