"""Carrying captures to Kafka, and the catalogue's answers back."""
