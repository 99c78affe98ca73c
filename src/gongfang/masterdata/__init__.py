"""L4: what everything else speaks of: items, units, partners, structures, routings, work centres, calendars, sites, prices."""
