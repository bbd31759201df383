"""Start, wait for and stop the processes of a beamline and its catalogue."""
