"""Devices and fakes for tests, ours and other people's; never used at runtime."""
