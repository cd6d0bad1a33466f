"""Which mailboxes may be published as contacts: those of a post or a team, never a person's.

Contacts go into every page and every metadata file, and are copied by other portals for ever.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: An address must hold one of these ...
ROLES = (
    *("analytics", "complaints", "comms", "communications", "contact", "data", "disclosure", "disclosures", "dpo"),
    *("enquiries", "enquiry", "engagement", "feedback", "finance", "foi", "freedom", "governance", "help", "helpdesk"),
    *("info", "information", "insight", "opcc", "opfcc", "pcc", "performance", "pfcc", "privacy", "procurement"),
    *("publications", "publication", "publishing", "records", "secretariat", "statistics", "stats", "support"),
    *("transparency", "web", "webmaster", "website"),
)
#: ... and beside them nothing but these and the publisher's own name.
NEUTRAL = (
    *("and", "act", "centre", "corporate", "department", "digital", "force", "mailbox", "management", "of", "office"),
    *("open", "police", "protection", "public", "request", "requests", "service", "services", "team", "the", "unit"),
    *("us",),
)
WORDS = "the mailbox of a post or a team, such as opendata@, foi@, information.governance@ or transparency@"
_ADDRESS = re.compile(r"([A-Za-z0-9._+-]{1,64})@((?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,})")


def is_role_mailbox(address: str, own_names: Iterable[str]) -> bool:
    """Say whether ``address`` is made of words for posts and teams, and of the publisher's ``own_names``, only."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return False
    own = {word for name in own_names for word in re.findall(r"[a-z]{3,}", name.lower())}
    local = re.sub(r"[._+-]+", " ", parts[1].lower()).split()
    known = "|".join(map(re.escape, sorted({*ROLES, *NEUTRAL, *own}, key=len, reverse=True)))
    role = re.compile(rf"(?:{known})*(?:{'|'.join(ROLES)})(?:{known})*")
    return all(re.fullmatch(rf"(?:{known})+", word) for word in local) and any(map(role.fullmatch, local))
