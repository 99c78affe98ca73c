"""What can be started, promised and kept: kit check, capable-to-promise, rush orders, probability of delay."""
