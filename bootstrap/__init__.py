"""Make a bare machine ready; runs on the system's python3 with the standard library alone."""
