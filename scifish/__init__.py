"""SciFish (Scientific Form Implementation Service Helper): gather, remember and send captures."""
