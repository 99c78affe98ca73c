"""L3: what every document shares: people, verbs, numbers, approvals, audit, files, tasks, settings, Excel."""
