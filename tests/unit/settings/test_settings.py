"""Settings: where they come from, which win, that every mistake is shown at once, and no value ever is."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import os
import pickle
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus, SettingsError, several
from pipeline.model.decisions import Decision
from pipeline.protect.options.spend import SpendOptions
from pipeline.run.select import options
from pipeline.settings.decisions import read_decisions, write_decisions
from pipeline.settings.laptop_portal import laptop_portal, read_portal_env
from pipeline.settings.role_mailbox import is_role_mailbox
from pipeline.settings.secret import SHOWN, Secret
from pipeline.settings.sections import Licence
from pipeline.settings.settings import VARIABLES, Settings
from pipeline.settings.toml import read_toml
from tests.lib import ROOT

if TYPE_CHECKING:
    from pipeline.settings.options import Options


LEAST = """
[force]
slug = "example"
place = "England"
gss = "E92000001"
[force.bodies]
OPCC = "Police and Crime Commissioner for Example"
[publishers.force]
organisation = "example-police"
[contacts]
name = "Open data team"
email = "opendata@police.example.org"
foi_email = "foi@police.example.org"
"""
CC_BY = """[licences.cc-by-4]
id = "CC-BY-4.0"
ckan = "cc-by-4.0"
title = "Creative Commons Attribution 4.0"
url = "https://creativecommons.org/licenses/by/4.0/"
"""
SPEND = "spend-over-500"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.token-of-an-editor"  # noqa: S105 - made up
DATABASE = "postgresql+psycopg://reader:pa55word-of-a-reader@db.example.org/events"


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str = LEAST, **environ: str) -> Settings:
    return Settings.load(written(folder, text), environ, datasets=options())


def complaint(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, **environ)
    assert caught.value.status is ExitStatus.SETTINGS
    return str(caught.value)


# --- what is read ---------------------------------------------------------------------------------------------------


def test_the_shipped_settings_are_those_of_the_example_force() -> None:
    settings = Settings.load(ROOT / "pipeline.toml", {}, datasets=options())
    assert (settings.force.slug, settings.force.name) == ("example", "Example Police")
    assert settings.force.bodies == {
        "OPCC": "Police and Crime Commissioner for Example",
        "FORCE": "Chief Constable of Example Police",
    }
    assert settings.publisher("street-crime").name == "Example Police"
    assert settings.named_portal() is None
    assert settings.terms("spend-over-500").licence.id == "OGL-UK-3.0"


def test_the_worked_example_is_leicestershires() -> None:
    settings = Settings.load(ROOT / "examples" / "leicestershire.toml", {}, datasets=options())
    assert settings.force.name == "Leicestershire Police"
    assert settings.force.uri == "http://statistics.data.gov.uk/id/statistical-geography/E23000021"
    assert settings.force.bodies["OPCC"] == "Police and Crime Commissioner for Leicestershire"
    assert settings.force.bodies["FORCE"] == "Chief Constable of Leicestershire Police"
    assert settings.publisher("street-crime")[1:] == ("Leicestershire Police", "leicestershire-police")
    assert settings.publisher("spend-over-500")[1:] == (settings.force.bodies["OPCC"], "leicestershire-opcc")
    assert settings.desk.decisions == ()


def test_the_worked_example_shows_the_defaults(tmp_path: Path) -> None:
    example = Settings.load(ROOT / "examples" / "leicestershire.toml", {}, datasets=options())
    least = loaded(tmp_path)
    for part in ("options", "limits", "sources", "referee"):
        assert getattr(example, part) == getattr(least, part)
    assert example.terms("spend-over-500").due_days == least.terms("spend-over-500").due_days


def test_the_attribution_is_made_from_the_publishers_when_it_is_not_set(tmp_path: Path) -> None:
    expected = "Contains information from Example Police, licensed under the Open Government Licence v3.0."
    assert loaded(tmp_path).terms("street-crime").attribution == expected
    named = LEAST + "[datasets.street-crime]\ndue_days = 40\n"
    assert loaded(tmp_path, named).terms("street-crime").attribution == expected
    for dataset in ("street-crime", "spend-over-500"):
        assert loaded(tmp_path, 'attribution = "Ours."\n' + named).terms(dataset).attribution == "Ours."


def test_a_dataset_may_stand_under_a_licence_of_the_settings_own(tmp_path: Path) -> None:
    under = f'{LEAST}{CC_BY}[datasets.street-crime]\nlicence = "cc-by-4"\n'
    terms = loaded(tmp_path, under).terms("street-crime")
    assert terms.licence == Licence(
        ckan="cc-by-4.0",
        id="CC-BY-4.0",
        title="Creative Commons Attribution 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        phrase="Creative Commons Attribution 4.0",
    )
    expected = "Contains information from Example Police, licensed under the Creative Commons Attribution 4.0."
    assert terms.attribution == expected
    assert loaded(tmp_path, under).terms("spend-over-500").licence.id == "OGL-UK-3.0"
    assert "Open Government" in loaded(tmp_path, under).terms("spend-over-500").attribution
    phrased = under.replace("[datasets", 'phrase = "CC BY 4.0 licence"\n[datasets')
    assert loaded(tmp_path, phrased).terms("street-crime").attribution.endswith("under the CC BY 4.0 licence.")


def test_an_attribution_for_all_does_not_speak_for_another_licence(tmp_path: Path) -> None:
    text = f'attribution = "Ours, under the OGL."\n{LEAST}{CC_BY}[datasets.street-crime]\nlicence = "cc-by-4"\n'
    said = complaint(tmp_path, text)
    assert "missing-setting" in said
    assert "[datasets.street-crime] attribution" in said
    own = loaded(tmp_path, text + 'attribution = "Ours, under CC BY."\n')
    assert own.terms("street-crime").attribution == "Ours, under CC BY."
    assert own.terms("spend-over-500").attribution == "Ours, under the OGL."


def test_the_licence_in_the_worked_example_can_be_used(tmp_path: Path) -> None:
    example = (ROOT / "examples" / "leicestershire.toml").read_text(encoding="utf-8")
    begin = example.index("# [licences.")
    lines = [line for line in example[begin:].split("\n\n")[0].splitlines() if not line.startswith("# With")]
    licence = "\n".join(line.removeprefix("# ") for line in lines)
    text = f'{LEAST}{licence}\n[datasets.street-crime]\nlicence = "cc-by-4"\n'
    assert loaded(tmp_path, text).terms("street-crime").licence.id == "CC-BY-4.0"


def test_the_default_file_stands_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        Settings.load(None, {}, datasets=options())
    assert caught.value.code == "no-settings-file"
    assert "--settings" in caught.value.fix
    written(tmp_path, LEAST).rename("pipeline.toml")
    assert Settings.load(None, {}, datasets=options()).data == Path("data")
    Path("pipeline.toml").rename("other.toml")
    assert Settings.load(None, {"PIPELINE_SETTINGS": "other.toml"}, datasets=options()).file == Path("other.toml")
    with pytest.raises(SettingsError, match="nowhere"):
        Settings.load(Path("nowhere.toml"), {"PIPELINE_SETTINGS": "other.toml"}, datasets=options())


# --- which wins -----------------------------------------------------------------------------------------------------


def test_a_variable_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    text = (
        'data = "there"\nkey_file = "/keys/a"\n' + LEAST + '[ckan]\nurl = "https://a.example"\norganisation = "one"\n'
    )
    of_file = loaded(tmp_path, text)
    assert (of_file.data, of_file.key_file) == (tmp_path / "there", Path("/keys/a"))
    assert (of_file.ckan.url, of_file.ckan.organisation) == ("https://a.example", "one")
    variables = {
        "PIPELINE_DATA": "elsewhere",
        "PIPELINE_KEY_FILE": "keys/b",
        "PIPELINE_CKAN_URL": "http://127.0.0.1:5000/",
        "PIPELINE_CKAN_ORGANISATION": "two",
        "PIPELINE_AS_OF": "2024-04-10",
    }
    of_variables = loaded(tmp_path, text, **variables)
    assert (of_variables.data, of_variables.key_file) == (Path("elsewhere"), Path("keys/b"))
    assert (of_variables.ckan.url, of_variables.ckan.organisation) == ("http://127.0.0.1:5000", "two")
    assert of_variables.as_of == dt.date(2024, 4, 10)
    portal = loaded(tmp_path, text, **variables, PIPELINE_CKAN_TOKEN=TOKEN).named_portal()
    assert portal is not None
    assert portal.organisation == "two"  # it stands for that of every publisher, which is told all the same
    assert of_variables.publisher("street-crime").organisation == "example-police"
    given = Settings.load(written(tmp_path, text), variables, data=Path("given"), datasets=options())
    assert given.data == Path("given")


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(VARIABLES, "")
    assert loaded(tmp_path, **empty) == loaded(tmp_path)


def test_a_home_folder_may_be_a_tilde(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'key_file = "~/a.key"\n' + LEAST, HOME="/home/a").key_file == Path("/home/a/a.key")


@pytest.mark.parametrize(
    "name", ["PIPELINE_ID", "PIPELINE_URL", "PIPELINE_NUMBER", "PIPELINE_WORKSPACE", "PIPELINE_TEST_DATAA", "CKAN_URL"]
)
def test_what_a_build_server_sets_is_its_own(name: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, **{name: "1"}) == loaded(tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PIPELINE_CKAN_TOKN", "PIPELINE_CKAN_TOKEN"),
        ("PIPELINE_CKAN_ORGANIZATION", "PIPELINE_CKAN_ORGANISATION"),
        ("PIPELINE_CKAN_KEY", "PIPELINE_"),
        ("PIPELINE_KEYFILE", "PIPELINE_KEY_FILE"),
        ("PIPELINE_ENGAGEMENT_DB", "PIPELINE_ENGAGEMENT_DATABASE"),
        ("PIPELINE_ASOF", "PIPELINE_AS_OF"),
        ("PIPELINE_SETTING", "PIPELINE_SETTINGS"),
    ],
)
def test_a_variable_that_is_nearly_ours_is_a_mistake(name: str, meant: str, tmp_path: Path) -> None:
    said = complaint(tmp_path, LEAST, **{name: "some-value"})
    assert "unknown-variable" in said
    assert f"did you mean {meant}" in said
    assert "some-value" not in said


# --- mistakes -------------------------------------------------------------------------------------------------------

#: What is put into the settings, the code of the mistake, and what the message must name.
MISTAKES = [
    ('colour = "red"\n' + LEAST, "unknown-setting", "colour"),
    (LEAST + "[limits]\nbad_shares = 0.1\n", "unknown-setting", "`bad_share`"),
    (LEAST + '[limits]\nthreshold = "500.00"\n', "unknown-setting", "belongs to [spend]"),
    (LEAST + "[limit]\nbad_share = 0.1\n", "unknown-setting", "`limits`"),
    (LEAST + '[ckan]\n"a key with: blanks" = 1\n', "unknown-setting", "remove the line"),
    (LEAST.replace("OPCC", "OPC"), "unknown-setting", "`OPCC`"),
    (LEAST + '[publishers.pc]\norganisation = "a-b"\n', "unknown-setting", "`pcc`"),
    (LEAST + '[datasets.street-crime]\nlicense = "ogl-3"\n', "unknown-setting", "`licence`"),
    (LEAST.replace('slug = "example"', 'slug = "exampel"'), "bad-setting", "perhaps `example`"),
    (LEAST.replace('slug = "example"', "slug = 1"), "bad-setting", "[force] slug"),
    (LEAST.replace("E92000001", "E9200000"), "bad-setting", "[force] gss"),
    (LEAST.replace('gss = "E92000001"', ""), "missing-setting", "[force] gss"),
    (LEAST.replace('organisation = "example-police"', ""), "missing-setting", "[publishers.force] organisation"),
    (LEAST.replace("example-police", "Example Police"), "bad-setting", "[publishers.force] organisation"),
    (LEAST.replace('OPCC = "Police and Crime Commissioner for Example"', ""), "missing-setting", "[force.bodies]"),
    (LEAST.replace("opendata@", "jane.smith@"), "bad-setting", "[contacts] email"),
    (LEAST.replace("foi@", "j.smith@"), "bad-setting", "[contacts] foi_email"),
    (LEAST + "[spend]\nthreshold = 500\n", "bad-setting", "'500.00'"),
    (LEAST + '[spend]\nthreshold = "-1.00"\n', "bad-setting", "[spend] threshold"),
    (LEAST + '[spend]\nthreshold = "25000.01"\n', "bad-setting", "from 0.00 to 25000.00"),
    (LEAST + '[spend]\noperator = "<"\n', "bad-setting", "`>` or `>=`"),
    (LEAST + '[spend]\nbasis = "gross"\n', "bad-setting", "`net`"),
    (LEAST + '[spend]\nexcluded_accounts = "none.csv"\n', "bad-setting", "[spend] excluded_accounts"),
    (LEAST + '[engagement]\nfirst_month = "2010-13"\n', "bad-setting", "[engagement] first_month"),
    (LEAST + '[referee]\neverything = "yes"\n', "bad-setting", "true or false"),
    (LEAST + '[datasets.street-crime]\npublisher = "pcc"\n', "bad-setting", "`force`"),
    (LEAST + '[datasets.street-crime]\nlicence = "none"\n', "bad-setting", "`ogl-3`"),
    (LEAST + '[datasets.street-crime]\nlicence = "ogl3"\n', "bad-setting", "did you mean `ogl-3`?"),
    (LEAST + CC_BY + '[datasets.street-crime]\nlicence = "cc-by"\n', "bad-setting", "did you mean `cc-by-4`?"),
    (LEAST + CC_BY.replace("cc-by-4]", "ogl-3]"), "bad-setting", "this one is built in"),
    (LEAST + CC_BY.replace('id = "CC-BY-4.0"', ""), "missing-setting", "[licences.cc-by-4] id"),
    (LEAST + CC_BY.replace('id = "CC-BY-4.0"', 'id = "CC BY"'), "bad-setting", "[licences.cc-by-4] id"),
    (LEAST + CC_BY.replace("https://", "javascript:"), "bad-setting", "[licences.cc-by-4] url"),
    (LEAST + CC_BY.replace("title", "titel"), "unknown-setting", "`title`"),
    (LEAST + CC_BY.replace("cc-by-4]", '"CC BY"]'), "unknown-setting", "[licences]"),
    (LEAST + '[datasets.Street]\nlicence = "ogl-3"\n', "unknown-setting", "Street"),
    (LEAST + "[review]\napprovals = 3\n", "bad-setting", "[review] approvals"),
    (LEAST + '[review]\napprovals = "none.toml"\n', "no-settings-file", "none.toml"),
    (LEAST + '[ckan]\nurl = "http://data.example.org"\n', "bad-setting", "https://"),
    (LEAST + '[ckan]\nurl = "https://user:pw@data.example.org"\n', "bad-setting", "without a password"),
    ("force = 1\n" + LEAST[LEAST.index("[publishers") :], "bad-setting", "a line [force]"),
    (LEAST + "[spend\n", "not-toml", "line"),
    (LEAST + LEAST, "not-toml", "line"),
]


@pytest.mark.parametrize(("text", "code", "named"), MISTAKES)
def test_each_mistake_says_where_and_what_to_do(text: str, code: str, named: str, tmp_path: Path) -> None:
    said = complaint(tmp_path, text)
    assert f"{code}: {tmp_path}" in said
    assert named in said
    assert "to do: " in said


@pytest.mark.parametrize(
    ("section", "setting"),
    [
        ("limits", "bad_share = 0.21"),
        ("limits", "bad_share = 1"),
        ("limits", "bad_share = nan"),
        ("limits", "bad_share = -0.1"),
        ("limits", "bad_rows = 100000"),
        ("limits", "bad_rows = 0"),
        ("limits", "bad_rows = 20.0"),
        ("limits", "bad_rows = true"),
        ("limits", "shrink_share = 0.49"),
        ("limits", "shrink_share = 0"),
        ("limits", "shrink_share = inf"),
        ("limits", "shrink_rows = 1000000"),
        ("referee", "sample_rows = 0"),
        ("referee", "sample_rows = 99"),
    ],
)
def test_no_protection_can_be_set_so_as_to_be_off(section: str, setting: str, tmp_path: Path) -> None:
    assert f"[{section}] {setting.split(maxsplit=1)[0]}: expected" in complaint(
        tmp_path, f"{LEAST}[{section}]\n{setting}\n"
    )


def test_all_mistakes_are_shown_together(tmp_path: Path) -> None:
    approvals = tmp_path / "approvals.toml"
    approvals.write_text('[[approval]]\ndataset = "A B"\n[[approval]]\nmonths = "2024-01"\n')
    text = (
        'colour = "red"\n'
        + LEAST.replace("E92000001", "England").replace("foi@", "jane@")
        + '[limits]\nbad_share = 1\n[review]\napprovals = "approvals.toml"\n[ckan]\ntoken = "t"\n'
    )
    said = complaint(tmp_path, text, PIPELINE_CKAN_TOKN="t", PIPELINE_CKAN_URL="ftp://a", PIPELINE_AS_OF="2024-02-30")
    for named in (
        *("colour", "[force] gss", "foi_email", "bad_share", "[ckan] token", "PIPELINE_CKAN_TOKN"),
        *("PIPELINE_CKAN_URL", "PIPELINE_AS_OF", "[[approval]] 1: dataset", "[[approval]] 2: month"),
    ):
        assert named in said, named


def test_no_message_shows_a_value(tmp_path: Path) -> None:
    mark = "Zq7marker"
    keys = [line.split(" = ")[0] for line in LEAST.splitlines() if " = " in line]
    for key in keys:
        text = "\n".join(
            f'{key} = "{mark}\\u0007"' if line.startswith(f"{key} =") else line for line in LEAST.splitlines()
        )
        assert mark not in complaint(tmp_path, text), key
    for variable in ("CKAN_URL", "CKAN_ORGANISATION", "CKAN_TOKEN", "ENGAGEMENT_DATABASE", "AS_OF"):
        said = complaint(tmp_path, LEAST, **{f"PIPELINE_{variable}": f"{mark} \x07"})
        assert f"PIPELINE_{variable}" in said
        assert mark not in said
    assert mark not in complaint(tmp_path, f'{LEAST}[ckan]\n"{mark} of a token" = 1\n')
    assert mark not in complaint(tmp_path, f"{LEAST}[ckan]\nurl = {mark}\n")


def test_a_dataset_that_does_not_exist_is_a_mistake_when_the_names_are_given(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST + "[datasets.street-crimes]\ndue_days = 40\n")
    with pytest.raises(SettingsError, match="`street-crime`"):
        Settings.load(path, {}, datasets={"street-crime": (), "spend-over-500": ()})
    assert Settings.load(path, {}).terms("street-crimes").due_days == 40


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00", b"a = '\xe9'\n"])
def test_a_file_that_is_no_text_is_said_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        Settings.load(path, {}, datasets=options())
    assert caught.value.code == "not-toml"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.encode())
    assert Settings.load(path, {}, datasets=options()).force.slug == "example"


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no plain file"):
        Settings.load(tmp_path, {}, datasets=options())


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        (f'[ckan]\ntoken = "{TOKEN}"\n', "PIPELINE_CKAN_TOKEN"),
        (f'[ckan]\napi_key = "{TOKEN}"\n', "PIPELINE_CKAN_TOKEN"),
        (f'[engagement]\ndatabase = "{DATABASE}"\n', "PIPELINE_ENGAGEMENT_DATABASE"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str, variable: str, tmp_path: Path) -> None:
    said = complaint(tmp_path, LEAST + text)
    assert "secret-in-file" in said
    assert variable in said
    assert TOKEN not in said
    assert DATABASE not in said


def test_no_secret_shows_in_the_settings(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        PIPELINE_CKAN_URL="https://data.example.org",
        PIPELINE_CKAN_TOKEN=TOKEN,
        PIPELINE_ENGAGEMENT_DATABASE=DATABASE,
    )
    portal = settings.named_portal()
    assert portal is not None
    assert portal.token.reveal() == TOKEN
    address = settings.sources.address("engagement")
    assert address is not None
    assert address.reveal() == DATABASE
    for text in (str(settings), repr(settings), f"{settings}", str(settings.facts("engagement-events")), repr(portal)):
        assert TOKEN not in text
        assert "pa55word" not in text


def test_a_secret_is_never_printed_pickled_or_copied() -> None:
    secret = Secret(TOKEN)
    assert {str(secret), repr(secret), f"{secret}", f"{secret:>9}", f"{secret!r}", "%s" % (secret,)} == {SHOWN}  # noqa: UP031 - each way of printing
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never"):
            attempt(secret)
    assert secret == Secret(TOKEN) != Secret(DATABASE)
    assert secret != TOKEN
    with pytest.raises(TypeError, match="__dict__"):
        vars(secret)


def test_an_address_without_a_token_stops_publishing_only(tmp_path: Path) -> None:
    settings = loaded(tmp_path, PIPELINE_CKAN_URL="https://data.example.org")
    with pytest.raises(SettingsError) as caught:
        settings.named_portal()
    assert caught.value.code == "missing-setting"
    assert caught.value.where == "PIPELINE_CKAN_TOKEN"


def test_facts_are_texts_that_change_with_what_is_published_only(tmp_path: Path) -> None:
    facts = loaded(tmp_path).facts(SPEND)
    assert all(isinstance(text, str) for section in facts.values() for text in section.values())
    moved = tmp_path / "moved"
    moved.mkdir()
    assert loaded(moved, 'data = "x"\nkey_file = "y"\n' + LEAST, PIPELINE_CKAN_TOKEN=TOKEN).facts(SPEND) == facts
    (tmp_path / "accounts.csv").write_text("prefix,code,reason\n1,excluded-pay,Pay\n")
    assert loaded(tmp_path, LEAST.replace("opendata@", "data@") + "[limits]\nbad_rows = 30\n").facts(SPEND) == facts
    own = loaded(tmp_path, LEAST + '[spend]\nexcluded_accounts = "accounts.csv"\n').facts(SPEND)
    assert own["spend"]["excluded_accounts"] != facts["spend"]["excluded_accounts"]
    assert {name for name in facts if facts[name] != own[name]} == {"spend"}


# --- contacts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "local",
    [
        *("opendata", "open.data", "foi", "FOI", "information.governance", "freedomofinformation", "dpo", "enquiries"),
        *("example-opendata", "example.police.foi", "transparency.team", "data_protection", "publications", "info"),
    ],
)
def test_a_mailbox_of_a_post_or_team_is_a_contact(local: str) -> None:
    assert is_role_mailbox(f"{local}@police.example.org", ["example"])


@pytest.mark.parametrize(
    "address",
    [
        *("jane.smith@police.example", "j.smith@police.example", "jsmith4711@police.example", "jane@police.example"),
        *("jane.smith.foi@police.example", "smith-opendata@police.example", "data.smith@police.example"),
        *("police@police.example", "foi", "foi@", "foi@localhost", "foi@a.example, jane@a.example", "foi@a.example\n"),
        *("<foi@police.example>", "infoo@police.example", "+@police.example", "foi@-a.example", ""),
    ],
)
def test_what_could_be_a_persons_address_is_no_contact(address: str) -> None:
    assert not is_role_mailbox(address, ["example"])


# --- approvals ------------------------------------------------------------------------------------------------------

SOME_SHA256 = "0" * 64
APPROVAL = f"""[[approval]]
dataset = "spend-over-500"
month = "2023-12"
sha256 = "{SOME_SHA256}"
role = "Head of Information Management"
date = 2024-04-10
reason = "No payments."
"""


def approvals_in(path: Path) -> tuple[Decision, ...]:
    mistakes: list[SettingsError] = []
    found = read_decisions(path, mistakes)
    if mistakes:
        raise several(mistakes)
    return found


def test_the_shipped_approval_is_of_the_empty_month() -> None:
    (approval,) = approvals_in(ROOT / "examples" / "approvals.toml")
    header = (
        "body,payment_date,transaction_id,supplier_name,supplier_id,company_number,department,category,purpose,"
        "net_amount,irrecoverable_vat,value_for_money,contract_reference,is_card,redaction\n"
    )
    assert (approval.kind, approval.dataset, approval.period) == ("approve", "spend-over-500", "2023-12")
    assert approval.sha256 == hashlib.sha256(header.encode()).hexdigest()
    assert Settings.load(ROOT / "pipeline.toml", {}, datasets=options()).desk.decisions == (approval,)


def test_an_approval_may_give_its_day_as_text_and_a_file_may_hold_none(tmp_path: Path) -> None:
    path = written(tmp_path, APPROVAL + APPROVAL.replace("2024-04-10", '"2024-04-11"'))
    assert [approval.date.day for approval in approvals_in(path)] == [10, 11]
    assert approvals_in(written(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2023-12", "2023-00", "bad-setting"),
        ("0" * 64, "0" * 63, "bad-setting"),
        ("0" * 64, "F" * 64, "bad-setting"),
        ("Head of Information Management", "Jane Smith", "bad-setting"),
        ("date = 2024-04-10", 'date = "10 April"', "bad-setting"),
        ("date = 2024-04-10", "date = 2024-04-10T10:00:00", "bad-setting"),
        ("date = 2024-04-10\n", "", "missing-setting"),
        ('reason = "No payments."', 'reason = ""', "bad-setting"),
        ("dataset", "dateset", "unknown-setting"),
        ("[[approval]]", "[approval]", "bad-setting"),
        ("[[approval]]", "[[approvals]]", "unknown-setting"),
    ],
)
def test_a_mistaken_approval_is_said_so(old: str, new: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        approvals_in(written(tmp_path, APPROVAL.replace(old, new)))
    assert code in str(caught.value)
    assert "Jane" not in str(caught.value)


# --- the laptop's portal --------------------------------------------------------------------------------------------

PORTAL = f"PIPELINE_CKAN_URL=http://127.0.0.1:5000\nPIPELINE_CKAN_TOKEN={TOKEN}\nPIPELINE_CKAN_ORGANISATION=example\n"


def portal_file(folder: Path, text: str = PORTAL, mode: int = 0o600) -> Path:
    path = folder / "env"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_laptops_portal_is_read_from_its_file(tmp_path: Path) -> None:
    assert laptop_portal(tmp_path / "none") is None
    assert read_portal_env(tmp_path / "none") == {}
    portal = laptop_portal(portal_file(tmp_path))
    assert portal is not None
    assert (portal.url, portal.token.reveal(), portal.organisation) == ("http://127.0.0.1:5000", TOKEN, "example")
    assert TOKEN not in repr(portal)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (PORTAL, 0o644),
        (PORTAL, 0o640),
        (PORTAL + "PATH=/tmp\n", 0o600),
        (PORTAL + PORTAL, 0o600),
        (PORTAL.replace("=", ":"), 0o600),
        (PORTAL.splitlines()[0] + "\n", 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "https://data.example.org"), 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "http://127.0.0.1.example.org"), 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "http://127.0.0.1:80@data.example.org"), 0o600),
        ("", 0o600),
    ],
)
def test_a_portal_file_that_was_tampered_with_is_refused(text: str, mode: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_portal_env(portal_file(tmp_path, text, mode))
    assert caught.value.code == "bad-portal-file"
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("value", ["[" * 5_000 + "]" * 5_000, "9" * 5_000, "{a=" * 3_000 + "1" + "}" * 3_000])
def test_a_value_that_no_reader_of_toml_bears_is_a_mistake_of_the_file(tmp_path: Path, value: str) -> None:
    said = complaint(tmp_path, f"x = {value}\n{LEAST}")
    assert said.startswith("not-toml: ")
    assert value not in said


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_outside_this_century_is_a_slip(tmp_path: Path, day: str) -> None:
    assert "from 2000 to 2100" in complaint(tmp_path, PIPELINE_AS_OF=day, text=LEAST)


def test_the_limits_of_sources_cannot_be_switched_off(tmp_path: Path) -> None:
    assert loaded(tmp_path).sources[:3] == (30, 600, 50_000_000)
    told = loaded(tmp_path, f"{LEAST}[sources]\nfirst_row_seconds = 5\nquery_seconds = 60\nmost_rows = 1000\n").sources
    assert told[:3] == (5, 60, 1_000)
    for line in ("first_row_seconds = 0", "query_seconds = 3601", "most_rows = 50000001", "most_rows = 999"):
        assert complaint(tmp_path, f"{LEAST}[sources]\n{line}\n").startswith("bad-setting: ")


@pytest.mark.parametrize("pattern", [".*", "[", "[A-Za-z ]+[0-9]", "[A-Za-z/]+", r"\S+", "[0-9]{1,12}", "(?:)"])
def test_a_pattern_of_contract_references_stays_a_protection(pattern: str, tmp_path: Path) -> None:
    assert "contract_reference" in complaint(tmp_path, f"{LEAST}[spend]\ncontract_reference = '{pattern}'\n")


def test_reasons_that_are_not_recorded_need_a_sentence_for_the_public(tmp_path: Path) -> None:
    choice = f'{LEAST}[spend]\nvalue_for_money = "not-recorded"\n'
    assert "value_for_money_note" in complaint(tmp_path, choice)
    spend = loaded(tmp_path, f'{choice}value_for_money_note = "The system holds no reason."\n').option(SpendOptions)
    assert spend is not None
    assert spend.value_for_money_note == "The system holds no reason."
    assert loaded(tmp_path).option(SpendOptions) == SpendOptions()


# --- settings of families -------------------------------------------------------------------------------------------
SPENDING: dict[str, tuple[type[Options], ...]] = {"cards": (SpendOptions,), "items": (SpendOptions,), "other": ()}


def spending(folder: Path, text: str) -> dict[str, SpendOptions]:
    found = Settings.load(written(folder, LEAST + text), {}, datasets=SPENDING).options
    chosen = {name: each.get(SpendOptions) for name, each in found.items()}
    return {name: each for name, each in chosen.items() if isinstance(each, SpendOptions)}


def test_two_datasets_of_a_family_may_have_two_values(tmp_path: Path) -> None:
    text = '[spend]\nthreshold = "250.00"\noperator = ">="\n[datasets.cards.spend]\nthreshold = "0.00"\n'
    found = spending(tmp_path, text)
    assert {name: (str(each.threshold), each.operator) for name, each in found.items()} == {
        "cards": ("0.00", ">="),
        "items": ("250.00", ">="),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[datasets.cards.spend]\nthreshold = "many"\n', "[datasets.cards.spend] threshold"),
        ('[datasets.cards.spend]\nthresold = "1.00"\n', "did you mean `threshold`?"),
        ('[datasets.other.spend]\nthreshold = "1.00"\n', "[datasets.other] spend"),
        ("[datasets.cards]\nspend = 1\n", "[datasets.cards] spend"),
        ('[crime]\nincident_key = ["number"]\n', "crime"),
    ],
)
def test_mistakes_in_the_settings_of_one_dataset_are_said_where_they_stand(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        spending(tmp_path, text)
    assert said in str(caught.value)


@pytest.mark.parametrize("label", ["=HYPERLINK(1)", "\u202eecilop", "\uff1d1+1", "A\u200bB", "Caf\u00c3\u00a9"])
def test_a_name_that_is_published_is_undamaged_and_no_formula(label: str, tmp_path: Path) -> None:
    text = LEAST.replace("Police and Crime Commissioner for Example", label)
    assert "OPCC" in complaint(tmp_path, text)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipeline.toml")
    with pytest.raises(SettingsError, match="no plain file"):
        Settings.load(tmp_path / "pipeline.toml", {}, datasets=options())


DEEP = {
    "a list": f"x = {'[' * 9}{']' * 9}",
    "tables in tables": f"x = {'{a=' * 9}1{'}' * 9}",
    "a name": "x" + ".a" * 8 + " = 1",
    "a heading": "[x" + ' . "a"' * 8 + "]",
    "a heading of tables": "[[x" + ".'a'" * 8 + "]]",
    "behind a text": 'x = { a = """b"""", ' + "c." * 8 + "c = 1 }",
    "behind one that does not end": f'x = "\ny = {"[" * 9}',
}


@pytest.mark.parametrize("line", DEEP.values(), ids=DEEP)
def test_what_is_nested_deeper_than_any_setting_is_not_parsed(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("tomllib.loads")
    assert "nested deeper" in complaint(tmp_path, f"{LEAST}{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "# [[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k",
        r'reason = "[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k \" {{{{{{{{{{"',
        r"reason = '[[[[[[[[[[ a.b.c.d.e.f.g.h.i.j.k \'",
        'reason = """[[[[[[[[[[\n a.b.c.d.e.f.g.h.i.j.k " {{{{{{{{{{ """',
        "reason = '''[[[[[[[[[[\n a.b.c.d.e.f.g.h.i.j.k ' {{{{{{{{{{ '''",
    ],
)
def test_what_a_text_or_a_comment_says_is_not_deep(tmp_path: Path, line: str) -> None:
    path = tmp_path / "any.toml"
    path.write_text(f"{line}\nother = 1\n", encoding="utf-8")
    assert read_toml(path)["other"] == 1


HOSTILE = {
    "a long name": "a" + ".a" * 200_000 + " = 1",
    "many long names": "".join(f"a{each}" + ".a" * 1000 + " = 1\n" for each in range(200)),
    "one long word": "a" * 4_000_000,
    "blanks": "a" + " " * 4_000_000,
    "marks": '"\\' * 1_000_000,
    "texts that do not end": "x = " + (3 * chr(34) + 3 * chr(39)) * 500_000,
    "lists": "x = " + "[" * 4_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_file_of_settings_keeps_a_run_for_long(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.toml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(SettingsError, match="not-toml"):
        read_toml(path)
    assert time.process_time() - start < 5


def test_a_file_longer_than_any_list_of_decisions_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "decisions.toml"
    path.write_text("#\n" * (2 << 20), encoding="utf-8")
    assert read_toml(path) == {}
    path.write_text("#\n" * (2 << 20) + "#", encoding="utf-8")
    with pytest.raises(SettingsError, match="longer than 4 MiB"):
        read_toml(path)


def test_a_decision_that_would_make_the_file_too_long_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "decisions.toml"
    path.write_text("#\n" * (2 << 20), encoding="utf-8")
    made = Decision("approve", "shrank", "x", "2024-01", "a" * 64, "Head of Data", dt.date(2024, 1, 1), "a reason")
    with pytest.raises(SettingsError, match="no room"):
        write_decisions(path, [made])
    assert path.stat().st_size == 4 << 20


CUSTODY = LEAST + '[sources.custody]\nfirst_month = "2024-02"\n'


def test_a_source_has_a_name_in_the_settings_and_its_address_in_a_variable(tmp_path: Path) -> None:
    sources = loaded(tmp_path, CUSTODY, PIPELINE_SOURCE_CUSTODY=DATABASE, PIPELINE_ENGAGEMENT_DATABASE=DATABASE).sources
    assert sorted(sources.addresses) == ["custody", "engagement"]
    assert (sources.first_month("custody"), sources.first_month("engagement")) == ("2024-02", "2010-12")
    assert loaded(tmp_path, CUSTODY).sources.address("custody") is None
    assert DATABASE not in repr(sources)


def test_the_engagement_system_is_the_source_of_that_name(tmp_path: Path) -> None:
    text = LEAST + '[sources.engagement]\nfirst_month = "2020-01"\n'
    settings = loaded(tmp_path, text, PIPELINE_SOURCE_ENGAGEMENT=DATABASE)
    assert settings.sources.addresses.keys() == {"engagement"}
    assert settings.sources.first_month("engagement") == "2020-01"
    twice = complaint(tmp_path, text, PIPELINE_SOURCE_ENGAGEMENT=DATABASE, PIPELINE_ENGAGEMENT_DATABASE=DATABASE)
    assert "[sources] engagement" in twice
    assert DATABASE not in twice


def test_an_address_stands_in_no_file_and_belongs_to_a_source(tmp_path: Path) -> None:
    written_down = complaint(tmp_path, f'{CUSTODY}address = "{DATABASE}"\n')
    assert written_down.startswith("secret-in-file: ")
    assert "PIPELINE_SOURCE_CUSTODY" in written_down
    assert complaint(tmp_path, LEAST, PIPELINE_SOURCE_CUSTODY=DATABASE).startswith(
        "unknown-variable: PIPELINE_SOURCE_CUSTODY: the settings name no such source"
    )
