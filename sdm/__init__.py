"""Scientific data management: where data goes, for whom and with which rights."""
