"""Where these pages stand, and what they are called: every page leads to them."""

from typing import Final

ACCESSIBILITY: Final = "about/accessibility.html"
#: The title of each page, by its address below the public folder.
ABOUT: Final = {
    "about/law.html": "What the law asks for",
    "about/scorecard.html": "Scorecard",
    "about/inventory.html": "Inventory",
    "about/held-back.html": "What is held back",
    ACCESSIBILITY: "Accessibility",
}
#: What stands beside these pages: the same as CSV, and how their numbers are counted again.
SCORECARD: Final = "about/scorecard.csv"
ABOUT_FIGURES: Final = "about/figures.json"
ABOUT_FILES: Final = (ABOUT_FIGURES, *(f"about/{name}.csv" for name in ("held-back", "inventory", "law", "scorecard")))
