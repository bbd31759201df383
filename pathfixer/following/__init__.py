"""Everything that follows a session: ScanDir, ScanFile, and attributes of other devices."""
