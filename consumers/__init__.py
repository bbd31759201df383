"""SciCow (Scientific Consumer of Wisdom): from Kafka to the catalogue."""
