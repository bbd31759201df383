"""Visits of a beamline: known, closed when nobody has them, locked, and written down."""
