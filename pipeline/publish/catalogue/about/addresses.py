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
ABOUT_FIGURES: Final = "about/figures.json"
