"""The site builds without a warning, opens without a network, and its code is code."""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer.main
import yaml
from playwright.sync_api import sync_playwright

from labelferry.cli.main import app
from labelferry.spec.loaded import LoadedSpec
from tests.docs.pages import DOCS, ROOT, Block, blocks

BLOCKS = [(str(path.relative_to(DOCS)), block) for path in sorted(DOCS.rglob("*.md")) for block in blocks(path)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src"}


def of(language: str) -> list[tuple[str, Block]]:
    return [(page, block) for page, block in BLOCKS if block.language == language]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8")
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


class Page(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if address := given.get(LOADED.get(tag, "")):
            self.loaded.append(address)
        if tag == "a" and (address := given.get("href")):
            self.links.append(address)


def test_every_page_is_built_and_in_the_navigation(site: Path) -> None:
    built = {path.relative_to(site).with_suffix(".md") for path in site.rglob("*.html")} - {Path("404.md")}
    assert built == {path.relative_to(DOCS) for path in DOCS.rglob("*.md")}
    assert not list(site.rglob("*.py"))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        for address in Page(path).loaded:
            parts = urlsplit(address)
            assert not parts.netloc, f"{path.name} loads {address}"
            if path.name != "404.html":
                assert (path.parent / unquote(parts.path)).is_file(), f"{path.name} loads {address}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", style.read_text("utf-8")), style.name


def test_links_out_are_addresses(site: Path) -> None:
    """Other hosts are not contacted; only the URLs themselves are checked."""
    out = {link for path in site.rglob("*.html") for link in Page(path).links if urlsplit(link).scheme}
    assert out
    for link in out:
        parts = urlsplit(link)
        local = parts.hostname in ("127.0.0.1", "localhost")
        assert parts.scheme == ("http" if local else "https"), link
        assert local or re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", parts.netloc), link
        assert not re.search(r"\s", link), link


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_site_opens_from_a_disk_and_is_searched_there(site: Path) -> None:
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        )
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((site / "index.html").as_uri())
        page.fill("input[name=query]", "ledger")
        page.wait_for_selector(".md-search-result__item")
        browser.close()
    assert asked
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize(("page", "block"), of("yaml"))
def test_yaml_is_a_spec_or_an_ontology(page: str, block: Block, tmp_path: Path) -> None:
    if "videos" not in yaml.safe_load(block.text):
        assert set(yaml.safe_load(block.text)) <= {"tools", "classifications"}
        return
    (tmp_path / "spec.yaml").write_text(block.text, "utf-8")
    assert LoadedSpec.from_file(tmp_path / "spec.yaml").spec.videos


@pytest.mark.parametrize(("page", "block"), of("python"))
def test_python_is_a_file_that_is_used_or_runs_by_itself(page: str, block: Block) -> None:
    """Files are run by the commands of their page; what has no name makes a client, and that needs no server."""
    compile(block.text, page, "exec")
    if block.title:
        assert block.title in (DOCS / page).read_text("utf-8").replace(f'title="{block.title}"', "")
    else:
        subprocess.run([sys.executable, "-W", "ignore", "-c", block.text], check=True, capture_output=True)


@pytest.mark.parametrize(("page", "block"), of("json"))
def test_json_is_json(page: str, block: Block) -> None:
    assert all(isinstance(json.loads(line), dict) for line in block.text.splitlines())


@pytest.mark.parametrize(("page", "block"), of("sh"))
def test_shell_that_is_not_typed_is_shell(page: str, block: Block) -> None:
    text = "\n".join(re.sub(r"^[\d*]+ [\d*]+ \* \* \* ", "", line) for line in block.text.splitlines())
    subprocess.run(["bash", "-n"], input=text, encoding="utf-8", check=True)
    commands: Any = typer.main.get_command(app)
    assert set(re.findall(r"^labelferry ([a-z][a-z-]*)", text, flags=re.M)) <= set(commands.commands)
    for target in re.findall(r"^make (\w+)", text, flags=re.M):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.M), target


def test_every_language_is_looked_at() -> None:
    assert {block.language for _, block in BLOCKS} <= {
        *("console", "csv", "json", "python", "sh", "text", "xml", "yaml"),
    }
