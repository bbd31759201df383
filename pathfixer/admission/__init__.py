"""Who may measure for what, here and now: the user office, staff, and what stays of their answers."""
