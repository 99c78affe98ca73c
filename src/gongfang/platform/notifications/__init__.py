"""Messages to people, in the application."""
