"""L0: exact numbers, errors, states, units, calendars. Pure Python; knows no framework, no clock, no database."""
