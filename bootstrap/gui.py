"""What a Qt program needs to find unpacked libraries and fonts, as a file for the shell."""

import shlex
from pathlib import Path

from bootstrap.layout import ROOT, SYSTEM

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{root}/usr/share/fonts</dir>
  <cachedir>{system}/fonts-cache</cachedir>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
"""
"""Without the last rule a program that names no font gets the first of the list, a serif one."""


SET_ASIDE = "usr/lib/scizoo-python"
"""Below the unpacked root; ``scizoo.services.samba`` looks there."""


def set_python_aside(root: Path) -> None:
    """Move Debian's ``libpython`` out of the way of any other Python that looks for libraries here.

    Samba brings it along; a Python of the same minor version that was built elsewhere would take it for
    its own, and fail in its first import.
    """
    for library in root.glob("usr/lib/*-linux-gnu/libpython3*.so*"):
        aside = root / SET_ASIDE
        aside.mkdir(parents=True, exist_ok=True)
        library.replace(aside / library.name)


def write_environment() -> None:
    """Write ``.state/system/gui.sh``; only programs with windows read it, never a whole session."""
    set_python_aside(ROOT)
    fonts = SYSTEM / "fonts.conf"
    fonts.write_text(FONTS.format(root=ROOT, system=SYSTEM), encoding="utf-8")
    folders = [*sorted(ROOT.glob("usr/lib/*-linux-gnu")), *sorted(ROOT.glob("lib/*-linux-gnu"))]
    libraries = shlex.quote(":".join(map(str, folders)))
    lines = f"export LD_LIBRARY_PATH={libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\n"
    lines += f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}\n"
    (SYSTEM / "gui.sh").write_text(lines, encoding="utf-8")
