"""SciFly (Scientific File Lystener): a capture for each file that appears and settles."""
