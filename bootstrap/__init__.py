"""Set the project up on a machine that has git, make and python3. Standard library only.

``python3 -m bootstrap demo`` (or ``kafka``, ``test``) makes ``.venv`` and ``.state/system`` in the
checkout. It needs no root, changes nothing of the system, and does nothing when nothing has changed.
"""
