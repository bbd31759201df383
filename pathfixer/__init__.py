"""The session a beamline is in: logic behind the PathFixer device, and its clients."""
