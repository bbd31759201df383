"""Where captures end: each sink takes a batch and answers per capture."""
