"""Subcommands of ``scizoo``, one file each."""
