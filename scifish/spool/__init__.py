"""Where a capture is safe, whatever dies next."""
