"""Closing the captures that nobody ended."""
