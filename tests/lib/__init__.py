"""What several tests share."""

import os
from pathlib import Path

#: The folder of the product.
ROOT = Path(__file__).resolve().parents[2]
#: Whether every case is tried, as in CI; else of cases that differ in a number alone some are, so that nobody waits.
EVERY_CASE = os.environ.get("CI", "").lower() not in {"", "0", "false"}


def examples(number: int) -> int:
    """Return how many random examples are tried: the number in CI, a fifth of it elsewhere."""
    return number if EVERY_CASE else number // 5
