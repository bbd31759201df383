"""What the exit codes of ``scizoo`` mean; 2 (wrong usage) is click's own."""

ALL_GOOD = 0
RED = 1
