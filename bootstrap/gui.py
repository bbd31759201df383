"""What a Qt program needs to find unpacked libraries and fonts, as a file for the shell."""

import shlex

from bootstrap.layout import ROOT, SYSTEM

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{root}/usr/share/fonts</dir>
  <cachedir>{system}/fonts-cache</cachedir>
</fontconfig>
"""


def write_environment() -> None:
    """Write ``.state/system/gui.sh``; only programs with windows read it, never a whole session."""
    fonts = SYSTEM / "fonts.conf"
    fonts.write_text(FONTS.format(root=ROOT, system=SYSTEM), encoding="utf-8")
    folders = [
        str(path) for path in sorted(ROOT.glob("usr/lib/*-linux-gnu")) + sorted(ROOT.glob("lib/*-linux-gnu"))
    ]
    lines = [
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(folders))}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
    ]
    lines.append(f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}")
    (SYSTEM / "gui.sh").write_text("\n".join(lines) + "\n", encoding="utf-8")
