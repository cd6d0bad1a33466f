"""The words that invented records are put together from: nothing here is a person, street, town or company.

Surnames, streets, towns and companies are compounds of made-up halves; telephone numbers come from the ranges that
Ofcom keeps for drama, mail domains from RFC 2606, postcodes and plates from forms that are never issued.
"""

from __future__ import annotations

from itertools import product

FORENAMES = (
    *("Ada", "Bertram", "Cordelia", "Dunstan", "Esme", "Felix", "Greta", "Horace", "Imogen", "Jasper", "Keziah"),
    *("Leopold", "Mabel", "Ned", "Ottilie", "Percival", "Queenie", "Rafe", "Saskia", "Thaddeus", "Ursula", "Vernon"),
    *("Winifred", "Xanthe", "Yorick", "Zelda", "Anjali", "Bilal", "Chidi", "Dilys", "Ewa", "Farida", "Gwilym"),
)
_SURNAME_STARTS = ("Ambel", "Brisk", "Corven", "Dappel", "Elmar", "Fosk", "Grindle", "Hesper", "Ingle", "Jorrick")
_SURNAME_ENDS = ("batch", "crake", "down", "fern", "garth", "hurst", "leigh", "moss", "pike", "shaw", "wold", "yarrow")
SURNAMES = tuple(a + b for a, b in product(_SURNAME_STARTS, _SURNAME_ENDS))

_STREET_STARTS = (
    *("Ambercote", "Barleywick", "Candlemoor", "Dovetrough", "Eastermead", "Fiddlerush", "Gorsewhistle", "Hazelbray"),
    *("Inkerley", "Junipergate", "Kitesworth", "Larkhampton", "Mallowbank", "Nettlefleet", "Osierdene", "Pipkinbeck"),
    *("Quernstone", "Ramsdapple", "Sedgewhin", "Tanglewold", "Umberslade", "Vetchley", "Withycroft", "Yaffleton"),
    *("Bellwether", "Cuttlebrook", "Drumlinside", "Feverfew", "Glasswort", "Hobbinglass", "Kilnwhistle", "Lantermoor"),
)
STREET_KINDS = ("Road", "Street", "Close", "Avenue", "Lane", "Drive", "Crescent", "Gardens", "Court", "Grove", "Walk")
STREETS = tuple(f"{a} {b}" for a, b in product(_STREET_STARTS, STREET_KINDS))
#: Kinds of place that the national list names instead of a street; these are where most happens.
BUSY_PLACES = ("Supermarket", "Shopping Area", "Parking Area", "Petrol Station", "Nightclub", "Park/Open Space")
ACCENTED_STREETS = ("Ffordd Brynglŷd", "Rhodfa Tôrwen", "Stryd Gwên-y-Mêr", "Café Umberslade")
#: A street that is named after a person: it is published although it reads like a name.
PERSON_STREET = "Orla Pennyquick Way"

TOWNS = ("Quennborough", "Oskelthwaite", "Tarrowmere", "Ibblestock", "Vandleton", "Wrexelby")
POSTCODES = tuple(f"ZZ99 {d}{a}{b}" for d, a, b in product("123456789", "ABDEFGH", "JLNPQRS"))
#: 07700 900000 to 900999, 01632 960000 to 960999 and 0116 496 0000 to 0999 are kept for drama (Ofcom).
PHONES = (
    *(f"07700 {900000 + n}" for n in range(900)),
    *(f"01632 {960000 + n}" for n in range(900)),
    *(f"0116 496 0{n:03d}" for n in range(900)),
)
#: No plate of the present form begins with Q or Z, and none has the year 00.
PLATES = tuple(f"Q{a}00 {b}{c}Z" for a, b, c in product("ZQI", "BCDFGHJKLM", "NPRSTVWXY"))
DOMAINS = ("example.com", "example.org", "example.net", "mail.example")
PREMISES = ("", "", "", "The Gilded Newt", "Umber Stores", "Sedgewhin Arcade", "Lantermoor Primary", "Flat above shop")
ETHNICITIES = ("", "W1", "W1", "W1", "W2", "W9", "M1", "A1", "A2", "B1", "B2", "O9", "NS")

_COMPANY_STARTS = (
    *("Alderquill", "Bracketmoor", "Copperlatch", "Dunnockfield", "Emberline", "Flintgable", "Gannetbridge"),
    *("Harrierstone", "Ironmallow", "Jackdawson", "Kestrelcombe", "Lanternfold", "Marlpit & Oxley", "Northwhistle"),
)
_COMPANY_KINDS = (
    *("Fleet Services Ltd", "Locksmiths Ltd", "Building Maintenance Ltd", "Software plc", "Forensics Ltd"),
    *("Catering (Sample) Ltd", "Vehicle Recovery Ltd", "Training CIC", "Uniforms Ltd", "Community Trust"),
)
COMPANIES = tuple(f"{a} {b}" for b, a in product(_COMPANY_KINDS, _COMPANY_STARTS))

DEPARTMENTS = (
    *("Estates", "Fleet", "Digital and Data", "Forensic Services", "Training", "Local Policing", "Custody"),
    *("Commissioning", "Victim Services"),
)
#: Text that may be published, by a word of its column's name: the thing that every table agrees on, and its part.
PUBLIC = (
    ("ward", "place", "ward_code"),
    ("neighbourhood", "place", "neighbourhood_code"),
    ("account|category|purpose", "account", "name"),
    ("supplier|merchant|payee|company|vendor", "company", "name"),
    ("cent(re|er)|department|team|unit|division", "department", "name"),
)

OPENINGS = (
    "Between the times stated unknown person(s) attended the location",
    "Caller states that a group of youths were causing a nuisance, throwing items",
    'Victim reports that the suspect said "you will regret this" and left',
    "Staff member states two males entered the store and selected items",
    "Vehicle left secure and unattended; on return window found smashed",
    "Neighbour heard shouting, then a door slam",
)
MIDDLES = (
    "spoke to {name} on {phone}",
    "informant {name}, of {address}",
    "statement taken from {name} ({email})",
    "CCTV requested from {name}, tel {phone}",
    "vehicle {plate} seen leaving, keeper {name}",
)
ENDINGS = ("No further lines of enquiry.", "Awaiting CCTV.\nOIC updated.", "Letter sent, see log.", "NFA at this time.")
