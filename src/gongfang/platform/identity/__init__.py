"""People, roles, permissions, data scopes, tokens."""
