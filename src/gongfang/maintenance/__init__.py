"""Equipment: the register, spot checks, maintenance, repairs, moulds with their life, instruments, machine counters."""
