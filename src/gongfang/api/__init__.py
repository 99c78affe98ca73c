"""L12: REST. Every noun that a package declares for the screens has its resource here, over the same verbs and permissions."""
