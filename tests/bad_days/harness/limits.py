"""How long bad days wait; no promise, but what a part that works as it should may need on a busy machine."""

LIMIT_S = 110.0
"""After a restart of the lone broker a consumer may need all its patience, one after the other: a session
(6 s), three of them until it takes itself for forgotten, a join (up to 10 s), and a receipt that is not
acknowledged (30 s)."""
INIT_S = 60.0
"""Of a device that ends threads first, each of which may be waited for."""
JOB_S = 120.0
"""Of PathFixer or SciDog."""
