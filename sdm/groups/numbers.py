"""Choosing uids and gids out of a range. Pure."""

from collections.abc import Collection, Iterator

from sdm.groups.errors import GroupsSettingsError


def free_numbers(span: tuple[int, int], taken: Collection[int], what: str) -> Iterator[int]:
    """Yield the numbers of a range that nobody bears, lowest first.

    Parameters
    ----------
    span
        First and last number.
    taken
        Numbers in use, within the range or not.
    what
        The setting that names the range, for the error.

    Raises
    ------
    GroupsSettingsError
        There is none left, when the next one is asked for.
    """
    yield from (number for number in range(span[0], span[1] + 1) if number not in taken)
    raise GroupsSettingsError(f"{what} {span[0]}-{span[1]} is used up: name a wider one")
