"""L8: from requisition to goods in store: orders, arrivals, receipts, returns, supplier figures."""
