"""Stand-ins for Sardana's own objects, for tests without a MacroServer."""
