"""Work orders on the shop floor: release, materials, reports, receipts, and the terminal."""
