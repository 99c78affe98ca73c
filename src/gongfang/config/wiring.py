"""The only upward wires: which handlers hear which events, and which providers answer which ports.

Read from top to bottom it is the list of everything that happens by itself.
"""


def connect() -> None:
    """Install all wires; called once when the applications are ready. Safe to repeat."""
