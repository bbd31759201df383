"""What became of every capture: what was sent, what was answered, what may go."""
