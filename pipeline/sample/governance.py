"""What the declarations of governance do not tell: cells of an information asset that follow from its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.sample.draw import FeedLore, Lore
from pipeline.sample.mark import NUMBER_MARK

if TYPE_CHECKING:
    from pipeline.sample.columns import Table
    from pipeline.sample.draw import Cells, Row

#: The status that each of these cells is filled for, and only then.
_FILLED = {"Planned For": "planned", "Charge": "charged", "Reasons": "withheld", "Web Address": "elsewhere"}
_TITLES = (
    *("Command and control system", "Custody records", "Paper crime files to 1998", "Body-worn video", "Exhibits"),
    *("Beat maps of the county", "Register of interests of office holders", "Policies and procedures", "Audit reports"),
    *("Community groups and their contacts", "Firearms licensing system", "Collision reports for sale"),
)


def _amend(draw: Cells, cells: Table) -> Table:
    """Return assets that are called otherwise each, with the cells that their status asks for and no other."""
    titles = [f"{_TITLES[int(each) % len(_TITLES)]}, series {each}" for each in draw.running().tolist()]
    status = np.where(cells["Status"] == "published", "withheld", cells["Status"])
    filled = {name: np.where(status == code, cells[name], "") for name, code in _FILLED.items()}
    return {**cells, **filled, "Title": np.array(titles, np.object_), "Status": status}


def _odd_assets(*_: object) -> list[Row]:
    """Return an asset of each status, some that stand twice, alike and not, and cells that their status forbids."""
    nothing = dict.fromkeys(_FILLED, "")
    known = {"planned": "2030-04", "charged": "25.00", "withheld": "safety; personal;safety"}
    each = [nothing | {"Status": code, cell: known[code]} for cell, code in _FILLED.items() if code in known]
    kinds = [{"Kind": code} for code in ("paper", "object", "map")]
    elsewhere = nothing | {"Status": "elsewhere"}
    links = [elsewhere | {"Web Address": f"https://{rest}"} for rest in ("www.example.org/a?key=1", "other.example/a")]
    wrong = [elsewhere, {"Charge": "1.00"}]
    twice = [{"Asset Ref": f"{NUMBER_MARK}960001", "Title": "Maps of cells"}] * 2
    differing = [{"Title": "Photographs of scenes", "Kind": kind} for kind in ("media", "object")]
    return [*each, *kinds, *links, *wrong, *twice, *differing]


LORE = Lore(feeds={"information-assets": FeedLore(most=3, amend=_amend, odd=_odd_assets)})
