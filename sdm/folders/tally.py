"""Counting entries of a tree by what is the matter with them, with a few examples of each."""

from pydantic import BaseModel

EXAMPLES = 3


class Tally(BaseModel):
    """How many entries are of a kind, and which were the first."""

    count: int = 0
    examples: list[str] = []

    def add(self, path: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(path)

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        more = ", ..." if self.count > len(self.examples) else ""
        return f"{self.count} ({', '.join(self.examples)}{more})" if self.count else "0"
