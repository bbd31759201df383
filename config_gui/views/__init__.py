"""Widgets: they show what the models know and pass on what people do; they decide nothing."""
