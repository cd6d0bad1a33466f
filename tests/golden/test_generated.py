"""Every generated file of the small tree, word for word: data packages, schemas, catalogue, change logs, CKAN fields.

Digests and sizes of files are held against the files themselves, and stand here by the file's name: a new version of
the Parquet library changes them and nothing else.  After a wanted change, write the files anew with
PIPELINE_TEST_WRITE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.build.publication import publication
from pipeline.build.run_context import Workplace
from pipeline.datasets import declared
from pipeline.model.source import Secret
from pipeline.publish.ckan.fields import dataset_fields, resource_fields
from pipeline.publish.plan import metadata_digest
from pipeline.run.select import options
from pipeline.settings.key import Key
from pipeline.settings.settings import Settings
from tests.lib.small_tree import AS_OF, KEY, small_tree

if TYPE_CHECKING:
    from tests.lib.product import Product

GENERATED = Path(__file__).parent / "generated"
FILES = ("datapackage.json", "schema.json", "csv-metadata.json", "change-log.csv")
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
_SIZE = re.compile(r'("(?:[a-zA-Z]+:)?(?:bytes|byteSize|contentSize|size)": "?)([0-9]+)')


def by_name(text: str, public: Path) -> str:
    """Return ``text`` with the digest of each public file told by its name, and its size as one."""
    files = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in public.rglob("*") if path.is_file()}
    sizes = {path.stat().st_size for path in files.values()}

    def named(found: re.Match[str]) -> str:
        return f"<sha256 of {files[found[0]].name}>" if found[0] in files else found[0]  # an example of a pseudonym

    def sized(found: re.Match[str]) -> str:
        assert int(found[2]) in sizes, "a size is that of no public file"
        return f"{found[1]}<size>"

    return _SIZE.sub(sized, _SHA256.sub(named, text))


def ckan(product: Product) -> dict[str, str]:
    """Return the fields that a CKAN would be given of each dataset and of each of its files."""
    work = Workplace(
        settings=Settings.load(product.settings, {}, data=product.data, datasets=options()),
        key=Key(Secret(bytes.fromhex(KEY))),
        as_of=dt.date.fromisoformat(AS_OF),
        sample=False,
        writes=False,
        say=lambda _: None,
    )
    found = {}
    for name, dataset in declared().items():
        told = publication(work, dataset, work.store.state(name))
        assert told is not None
        files = [resource_fields(told, release, file) for release in told.releases for file in release.files]
        facts = {"dataset": dataset_fields(told), "resources": files}
        text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        assert metadata_digest(told) in text
        found[f"{name}-ckan.json"] = text.replace(metadata_digest(told), "<digest of the metadata>")
    return found


def test_every_generated_file_of_the_small_tree_is_as_expected(tmp_path: Path) -> None:
    product = small_tree(tmp_path, declared(), made=True)
    product.run("--as-of", AS_OF, "publish", "--quiet", status=0)
    found = {
        f"{name}-{file}": (product.published / name / file).read_text("utf-8") for name in declared() for file in FILES
    }
    found["catalogue.jsonld"] = (product.published / "catalogue.jsonld").read_text("utf-8")
    found = {name: by_name(text, product.published) for name, text in {**found, **ckan(product)}.items()}
    if os.environ.get("PIPELINE_TEST_WRITE_GOLDEN"):
        GENERATED.mkdir(exist_ok=True)
        for name, text in found.items():
            (GENERATED / name).write_text(text, encoding="utf-8", newline="")
    assert {path.name for path in GENERATED.iterdir()} == set(found)
    for name, text in found.items():
        assert text == (GENERATED / name).read_text(encoding="utf-8"), name
