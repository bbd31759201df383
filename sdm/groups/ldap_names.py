"""Distinguished names and filters: building and comparing them. Pure."""

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn, parse_dn


def dn_below(attribute: str, value: str, unit: str) -> str:
    """Return the name of an entry in a unit."""
    return f"{attribute}={escape_rdn(value)},{unit}"


def first_part(dn: str) -> str:
    """Return what names an entry within its unit, e.g. ``uid=kim``, as it is escaped."""
    attribute, value, _ = parse_dn(dn, escape=False)[0]
    return f"{attribute}={value}"


def normal(dn: str) -> str:
    """Return a name in a form in which equal names are equal text; what is no name stays as it is."""
    try:
        parts = parse_dn(dn, escape=False, strip=True)
    except LDAPInvalidDnError:
        return dn
    return ",".join(f"{attribute}={value}" for attribute, value, _ in parts).casefold()


def is_below(dn: str, unit: str) -> bool:
    """Tell whether an entry stands in a unit, however deep."""
    return normal(dn).endswith("," + normal(unit))


def equals(attribute: str, value: str | int) -> str:
    """Return a filter; no character of the value means anything in it."""
    return f"({attribute}={escape_filter_chars(str(value))})"


def both(*filters: str) -> str:
    """Return a filter that all given ones must fit."""
    return f"(&{''.join(filters)})"
