"""Tango shells of PathFixer, SciDog, SciFish and SciFly; they hold no decisions."""
