"""What may happen to a raw column."""

from pipeline.model.handling import Constant
from pipeline.protect.treatments.codes import Body, Coded, Codes, Flag, PublisherName, ReferenceCode, ValueForMoney
from pipeline.protect.treatments.dates import Day, MonthOf, PlannedMonth
from pipeline.protect.treatments.listed import CompanyNumber, ContractReference, Link, Listed
from pipeline.protect.treatments.local_authority import LocalAuthority
from pipeline.protect.treatments.map_points import MapPoint
from pipeline.protect.treatments.numbers import Band, EntryNumber, Money, Number
from pipeline.protect.treatments.posts import PostHolder
from pipeline.protect.treatments.pseudonym import Pseudonym
from pipeline.protect.treatments.require import ForceName, OwnForce, Period, Require, Withhold
from pipeline.protect.treatments.text import Keep, Text
