"""A simulated beamline with example data, to try the whole flow on one machine."""
