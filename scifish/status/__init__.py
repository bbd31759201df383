"""How far each capture of this host has come, for people."""
