"""Where things are put: everything stays inside the checkout."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
STATE = CHECKOUT / ".state"
SYSTEM = STATE / "system"
ROOT = SYSTEM / "root"
KAFKA = SYSTEM / "kafka"
STAMPS = STATE / "setup"
LOGS = STATE / "setup" / "logs"
CONSTRAINTS = CHECKOUT / "constraints.txt"
