"""Files on documents: checked type and size, stored under a name of our own, always served as a download."""
