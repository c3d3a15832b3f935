"""The demonstration: a small web of invented works on this machine, and a workspace built from it."""
