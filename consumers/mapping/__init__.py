"""From messages to what the catalogues store: pure, no input or output, no clock."""
