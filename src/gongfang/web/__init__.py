"""L12: the pages. Mounts what the packages declare, and adds the shell: home, search, log-in, inbox, errors."""
