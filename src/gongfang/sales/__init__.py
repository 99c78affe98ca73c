"""L8: quotations, customer orders, promises, shipments and returns."""
