"""What the settings say when they are right: the file, its variables, what wins, contacts, sources, secrets."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.model.source import SHOWN, Secret
from pipeline.run.select import options
from pipeline.settings.sections import Licence, is_role_mailbox
from pipeline.settings.settings import VARIABLES, Settings
from tests.lib import ROOT
from tests.lib.settings_files import CC_BY, LEAST, TOKEN, complaint, loaded, spending, written

SPEND = "spend-over-500"


DATABASE = "postgresql+psycopg://reader:pa55word-of-a-reader@db.example.org/events"


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
    assert settings.publisher("street-crime")[1:3] == ("Leicestershire Police", "leicestershire-police")
    assert settings.publisher("spend-over-500")[1:3] == (settings.force.bodies["OPCC"], "leicestershire-opcc")
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
    address = settings.sources.addresses["engagement"]
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


def test_two_datasets_of_a_family_may_have_two_values(tmp_path: Path) -> None:
    text = '[spend]\nthreshold = "250.00"\noperator = ">="\n[datasets.cards.spend]\nthreshold = "0.00"\n'
    found = spending(tmp_path, text)
    assert {name: (str(each.threshold), each.operator) for name, each in found.items()} == {
        "cards": ("0.00", ">="),
        "items": ("250.00", ">="),
    }


CUSTODY = LEAST + '[sources.custody]\nfirst_month = "2024-02"\n'


def test_a_source_has_a_name_in_the_settings_and_its_address_in_a_variable(tmp_path: Path) -> None:
    sources = loaded(
        tmp_path, CUSTODY, PIPELINE_CUSTODY_DATABASE=DATABASE, PIPELINE_ENGAGEMENT_DATABASE=DATABASE
    ).sources
    assert sorted(sources.addresses) == ["custody", "engagement"]
    assert (sources.first_month("custody"), sources.first_month("engagement")) == ("2024-02", "2010-12")
    assert loaded(tmp_path, CUSTODY).sources.addresses.get("custody") is None
    assert DATABASE not in repr(sources)


def test_the_engagement_system_is_the_source_of_that_name(tmp_path: Path) -> None:
    text = LEAST + '[sources.engagement]\nfirst_month = "2020-01"\n'
    settings = loaded(tmp_path, text, PIPELINE_SOURCE_ENGAGEMENT=DATABASE)
    assert settings.sources.addresses.keys() == {"engagement"}
    assert settings.sources.first_month("engagement") == "2020-01"
    twice = complaint(tmp_path, text, PIPELINE_SOURCE_ENGAGEMENT=DATABASE, PIPELINE_ENGAGEMENT_DATABASE=DATABASE)
    assert "bad-setting: PIPELINE_SOURCE_ENGAGEMENT: the same address is set twice" in twice
    assert DATABASE not in twice


def test_an_address_stands_in_no_file_and_belongs_to_a_source(tmp_path: Path) -> None:
    written_down = complaint(tmp_path, f'{CUSTODY}address = "{DATABASE}"\n')
    assert written_down.startswith("secret-in-file: ")
    assert "PIPELINE_CUSTODY_DATABASE" in written_down
    assert complaint(tmp_path, LEAST, PIPELINE_SOURCE_CUSTODY=DATABASE).startswith(
        "unknown-variable: PIPELINE_SOURCE_CUSTODY: the settings name no such source"
    )
    assert "PIPELINE_CUSTDY_DATABASE: the settings name no such source" in complaint(
        tmp_path, CUSTODY, PIPELINE_CUSTDY_DATABASE=DATABASE
    )


def test_an_address_is_read_under_its_older_name_too(tmp_path: Path) -> None:
    assert loaded(tmp_path, CUSTODY, PIPELINE_SOURCE_CUSTODY=DATABASE).sources.addresses.keys() == {"custody"}
    text = LEAST + '[sources.engagement]\nfirst_month = "2020-01"\n'
    settings = loaded(tmp_path, text, PIPELINE_ENGAGEMENT_DATABASE=DATABASE)
    assert settings.sources.addresses.keys() == {"engagement"}
    both = complaint(tmp_path, text + '[engagement]\nfirst_month = "2020-01"\n')
    assert "[sources] engagement" in both
