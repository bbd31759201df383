"""When is a file complete? The rule, pure: what looks found, and when this host looked.

The acquisition program does not tell, and its PC reaches the file server by SMB or NFS. So a file
counts as settled when nothing about it has changed for a while:

- Only this host's monotonic clock measures the while. The file's own times are stamps of another
  clock, maybe minutes off, and are compared with each other only, for equality.
- Stamps have a granularity of 1 or 2 s on some file servers, so a write into space that was
  allocated before may leave size and stamp as they were. Such a stamp gives itself away (it is a
  whole second) and the file must rest longer by as much.
- Allocated blocks count as well: they tell of writes into a file of fixed size.
- An empty file is a name somebody reserved; it never settles.
"""

from dataclasses import dataclass

SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Look:
    """What one look at a file found; equal looks mean that nothing happened that can be seen.

    Attributes
    ----------
    size
        Bytes.
    mtime_ns
        Last modification, ns since the epoch, by the clock of the file server.
    blocks
        Allocated blocks of 512 bytes.
    device, inode
        Identity of the file on its file system, whatever its name.
    """

    size: int
    mtime_ns: int
    blocks: int = 0
    device: int = 0
    inode: int = 0


@dataclass(frozen=True)
class SettlingRule:
    """How long a file must rest (seconds), and how many bytes it must have, to be complete."""

    settle_s: float
    min_size: int = 1


@dataclass(frozen=True)
class Rest:
    """A file as it is, and the first look that found it so (s, monotonic clock of this host)."""

    look: Look
    since_s: float


def observe(rest: Rest | None, look: Look, at_s: float) -> Rest:
    """Return since when a file has been as it is now.

    Parameters
    ----------
    rest
        What the looks before found; None for the first look.
    look
        What this look found.
    at_s
        When it looked: s, monotonic clock. One that runs backwards starts the rest again.
    """
    if rest is not None and rest.look == look and at_s >= rest.since_s:
        return rest
    return Rest(look, at_s)


def is_settled(rest: Rest, at_s: float, rule: SettlingRule) -> bool:
    """Tell whether a file that was looked at just now, at ``at_s``, is complete."""
    if rest.look.size < rule.min_size:
        return False
    return at_s - rest.since_s >= rule.settle_s + granularity_s(rest.look.mtime_ns)


def granularity_s(mtime_ns: int) -> float:
    """Return the coarsest granularity, in s, that a time stamp may have been cut to.

    A stamp with a fraction of a second was not cut to seconds; one of an even second may have been
    cut to two, as on FAT and older SMB servers.
    """
    if mtime_ns % SECOND_NS:
        return 0.0
    return 2.0 if mtime_ns % (2 * SECOND_NS) == 0 else 1.0
