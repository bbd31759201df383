"""Reading Tango attributes: many devices at once, one deadline, nobody waits for a stuck one."""
