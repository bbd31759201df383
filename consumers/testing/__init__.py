"""Parts for tests, ours and other people's: messages, hostile messages, a SciCat. Never used at runtime."""
