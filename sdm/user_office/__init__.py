"""User offices: where proposals, their people and their schedule come from."""
