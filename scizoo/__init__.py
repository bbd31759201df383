"""The ``scizoo`` command: status, checks, services and the demo."""
