"""Capture of each Sardana scan: the recorder, its macros and what they decide."""
