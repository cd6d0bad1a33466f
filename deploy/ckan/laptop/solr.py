"""Solr: the search index of CKAN, served from its jars."""

import shutil

from laptop.api import answers
from laptop.folder import Folder, State
from laptop.install import HERE, Installed
from laptop.service import Service

_MEMORY = ["-Xms32m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def service(folder: Folder, state: State, installed: Installed) -> Service:
    """A Solr with one core, `ckan`; its home has been laid out with the schema that CKAN ships."""
    home, port = folder.root / "solr", state.ports["solr"]
    core = home / "ckan"
    (core / "conf").mkdir(parents=True, exist_ok=True)
    (home / "solr.xml").write_text("<solr/>\n", encoding="utf-8")
    (core / "core.properties").write_text("name=ckan\n", encoding="utf-8")
    shutil.copy(HERE / "solr" / "solrconfig.xml", core / "conf")
    shutil.copy(installed.schema, core / "conf")
    for words in ("protwords", "stopwords", "synonyms"):
        (core / "conf" / f"{words}.txt").touch()
    places = [f"-Dsolr.solr.home={home}", f"-Dsolr.log.dir={folder.root / 'log'}"]
    classes = ["-cp", f"{installed.jars}/*"]
    return Service(
        name="solr",
        command=["java", *_MEMORY, *places, *classes, str(HERE / "solr" / "Solr.java"), str(port)],
        answers=lambda: answers(f"http://127.0.0.1:{port}/solr/ckan/select?q=*:*&rows=0"),
    )
