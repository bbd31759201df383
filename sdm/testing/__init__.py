"""Stand-ins for other people's tests; never used at runtime."""
