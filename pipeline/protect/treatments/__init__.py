"""What may happen to a raw column."""

from pipeline.model.constants import Constant
from pipeline.protect.treatments.codes import Body, Coded, Codes, Flag, PublisherName, ReferenceCode, ValueForMoney
from pipeline.protect.treatments.constants import ForceName, OwnForce
from pipeline.protect.treatments.dates import Day, MonthOf, PlannedMonth
from pipeline.protect.treatments.links import Link
from pipeline.protect.treatments.listed import Listed
from pipeline.protect.treatments.local_authority import LocalAuthority
from pipeline.protect.treatments.map_points import MapPoint
from pipeline.protect.treatments.numbers import Band, EntryNumber, Money, Number
from pipeline.protect.treatments.posts import PostHolder
from pipeline.protect.treatments.pseudonym import Pseudonym
from pipeline.protect.treatments.register_numbers import CompanyNumber, ContractReference
from pipeline.protect.treatments.require import Period, Require
from pipeline.protect.treatments.text import Keep, Text
from pipeline.protect.treatments.withhold import Withhold

__all__ = [
    "Band",
    "Body",
    "Coded",
    "Codes",
    "CompanyNumber",
    "Constant",
    "ContractReference",
    "Day",
    "EntryNumber",
    "Flag",
    "ForceName",
    "Keep",
    "Link",
    "Listed",
    "LocalAuthority",
    "MapPoint",
    "Money",
    "MonthOf",
    "Number",
    "OwnForce",
    "Period",
    "PlannedMonth",
    "PostHolder",
    "Pseudonym",
    "PublisherName",
    "ReferenceCode",
    "Require",
    "Text",
    "ValueForMoney",
    "Withhold",
]
