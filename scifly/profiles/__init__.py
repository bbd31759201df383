"""Acquisition profiles: which files of which program are captured, and when they are complete."""
