"""What the window knows and does, without a widget: everything here is tested without a display."""
