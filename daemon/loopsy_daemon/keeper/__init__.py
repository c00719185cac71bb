"""The keeper: a small process that owns the programs' terminals, so that they outlive the daemon."""
