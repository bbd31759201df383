"""Taurus windows for the selections and the session."""
