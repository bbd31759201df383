"""What SciFish does on a capture host."""
