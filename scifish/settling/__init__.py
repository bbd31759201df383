"""Waiting for a capture's files to be complete, and telling it."""
