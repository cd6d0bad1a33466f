"""What several tests share."""

from pathlib import Path

#: The folder of the product.
ROOT = Path(__file__).resolve().parents[2]
