"""Mistakes in the settings: each says where and what to do, none shows a value, and no file keeps a run for long."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SettingsError
from pipeline.protect.spend import SpendOptions
from pipeline.run.select import options
from pipeline.settings.settings import Settings
from pipeline.settings.toml import read_toml
from tests.lib.settings_files import CC_BY, LEAST, complaint, loaded, spending, written

if TYPE_CHECKING:
    from pathlib import Path


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
    ('link_hosts = "www.example.org"\n' + LEAST, "bad-setting", "link_hosts"),
    ('link_hosts = ["https://www.example.org"]\n' + LEAST, "bad-setting", "link_hosts"),
    (LEAST + "[spend]\nthreshold = 500\n", "bad-setting", "'500.00'"),
    (LEAST + '[spend]\nthreshold = "-1.00"\n', "bad-setting", "[spend] threshold"),
    (LEAST + '[spend]\nthreshold = "25000.01"\n', "bad-setting", "from 0.00 to 25000.00"),
    (LEAST + '[spend]\noperator = "<"\n', "bad-setting", "`>` or `>=`"),
    (LEAST + '[spend]\nbasis = "gross"\n', "bad-setting", "`net`"),
    (LEAST + '[spend]\nexcluded_accounts = "none.csv"\n', "bad-setting", "[spend] excluded_accounts"),
    (LEAST + '[engagement]\nfirst_month = "2010-13"\n', "bad-setting", "[engagement] first_month"),
    (LEAST + "[site]\nurl = 1\n", "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "data.example.org"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "ftp://data.example.org/"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "https://data.example.org//open"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "https://data.example.org/open/../"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "https://data.example.org/?open"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "https://somebody:secret@data.example.org/"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\nurl = "https://data.example.org:70000/"\n', "bad-setting", "[site] url"),
    (LEAST + '[site]\naddress = "https://data.example.org/"\n', "unknown-setting", "what may stand here: url"),
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
