"""Folders on a storage: planned, made, checked, repaired and locked, by a process that may hang."""
