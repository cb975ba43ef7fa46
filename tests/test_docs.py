"""The documentation agrees with the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from recovery import protocols
from recovery.management.people import PASSWORD, STAFF, STORIES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "recovery", "reminders", "config")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NOT_BUILT = "not built yet"


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    heads = {number - 1 for number, line in enumerate(lines) if re.fullmatch(r"[|\s:-]+", line)}
    return [row for number, row in enumerate(cells) if number not in heads and number - 1 not in heads]


def first_names(text: str) -> list[str]:
    """Return the first cell of each row that is a name in backticks."""
    return [found[1] for row in rows(text) if (found := re.match(r"`([^`]+)`", row[0]))]


def trees() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            yield ast.parse(file.read_text(encoding="utf-8"))


def variables_read() -> set[str]:
    """Return the environment variables that the code asks the readers of ``config/env.py`` for."""
    found = set()
    for call in (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call)):
        reader = getattr(call.func, "id", "")
        if reader.startswith("env_") and call.args and isinstance(call.args[0], ast.Constant):
            found.add(call.args[0].value)
            if reader in {"env_secret", "env_webhook_secret"}:
                found.add(f"{call.args[0].value}_FILE")
    return found


def own_commands() -> set[str]:
    return {name for name, package in get_commands().items() if str(package) in PACKAGES}


def cases_in(file: Path) -> set[str]:
    """Return the tests of a file as pytest names them after the path."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def requirements(file: str) -> set[str]:
    lines = [line for line in read(file).splitlines() if line and not line.startswith(("#", "-"))]
    return {re.split(r"[\[<>=;~ ]", line, maxsplit=1)[0] for line in lines}


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings make."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


class TestConfigurationPage:
    def test_lists_each_variable_that_is_read_and_no_other(self):
        listed = first_names(section(read("docs/configuration.md"), "Variables"))

        assert sorted(listed) == sorted(variables_read())

    def test_knows_every_variable_of_the_settings(self):
        assert {"PORT", "DATABASE_URL", "SECRET_KEY", "SECRET_KEY_FILE", "EMAIL_URL"} <= variables_read()

    def test_lists_each_command_of_ours_and_none_that_is_not_there(self):
        listed = {name.split()[1] for name in first_names(section(read("docs/configuration.md"), "Commands"))}

        assert own_commands() <= listed
        assert listed <= set(get_commands())

    @pytest.mark.parametrize("doc", PAGES, ids=name_of)
    def test_is_not_contradicted_by_a_page_that_names_another_command(self, doc):
        named = re.findall(r"manage\.py ([a-z_]+)", doc.read_text(encoding="utf-8"))

        assert set(named) <= set(get_commands())


class TestClinicalPage:
    def test_lists_every_source_with_what_was_read(self):
        listed = {row[0].strip("`"): row[-1] for row in rows(section(read("docs/clinical.md"), "Sources"))}

        assert listed == {one.id: one.read for one in protocols.load().sources.values()}

    def test_tells_the_version_and_that_nobody_approved_it(self):
        release, text = protocols.load().release, section(read("docs/clinical.md"), "Status")

        assert f"`{release.version}`" in text
        assert ("not clinically approved" in text) == (not release.is_reviewed)

    def test_counts_what_the_tables_hold(self):
        content = protocols.load()
        counts = (
            f"{len(content.fractures)} fracture sites, {len(content.protocols)} protocols, "
            f"{len(content.exercises)} exercises, {len(content.red_flags)} warning signs."
        )

        assert counts in read("docs/clinical.md")

    def test_names_every_table(self):
        tables = {file.stem for file in (ROOT / "recovery/protocols" / protocols.CURRENT).glob("*.yaml")}

        assert set(re.findall(r"`([a-z_]+)`", section(read("docs/clinical.md"), "What the tables hold"))) == (
            tables - {"content"}
        )


class TestHazardLog:
    log = read("docs/safety/hazard-log.md")

    def test_holds_every_hazard_with_its_scores(self):
        listed = {row[0]: (row[3], row[4]) for row in rows(section(self.log, "Hazards"))}

        assert listed == {
            one.id: (str(one.severity), str(one.likelihood)) for one in protocols.load().hazards
        }

    @pytest.mark.parametrize("row", rows(section(log, "Hazards")), ids=lambda row: row[0])
    def test_names_a_test_or_says_that_the_control_is_not_built(self, row):
        assert re.search(r"`tests/[^`]+::", row[6]) or NOT_BUILT in row[6]

    @pytest.mark.parametrize("test", sorted(set(re.findall(r"`(tests/[^`]+)`", log))))
    def test_names_only_tests_that_exist(self, test):
        file, _, name = test.partition("::")

        assert name in cases_in(ROOT / file)


class TestDependencies:
    page = "docs/decisions/0002-dependencies.md"

    @pytest.mark.parametrize(
        ("heading", "file"), [("To run", "requirements.in"), ("To develop", "requirements-dev.in")]
    )
    def test_have_a_reason_each(self, heading, file):
        assert sorted(first_names(section(read(self.page), heading))) == sorted(requirements(file))


class TestArchitecturePage:
    def test_names_every_table(self):
        text = section(read("docs/architecture.md"), "Tables and doors")
        tables = {model.__name__ for name in PACKAGES for model in apps.get_app_config(name).get_models()}

        assert tables
        assert sorted(table for table in tables if f"`{table}`" not in text) == []


class TestDecisions:
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))

    def test_are_numbered_without_a_gap_and_listed(self):
        numbers = [int(page.name[:4]) for page in self.pages]

        assert numbers == list(range(1, len(numbers) + 1))
        assert re.findall(r"\]\((0[^)]+)\)", read("docs/decisions/README.md")) == [
            page.name for page in self.pages
        ]

    @pytest.mark.parametrize("doc", pages, ids=name_of)
    def test_say_context_choice_and_price(self, doc):
        text = doc.read_text(encoding="utf-8")

        assert text.startswith(f"# {int(doc.name[:4])}. ")
        assert all(f"**{part}.**" in text for part in ("Context", "Choice", "What we gave up"))


class TestDemoPeople:
    def test_are_those_that_the_loader_makes(self):
        listed = first_names(section(read("README.md"), "Demo people"))
        made = [one.email for one in (*STAFF, *STORIES) if one.email]

        assert sorted(listed) == sorted(made)
        assert f"`{PASSWORD}`" in read("README.md")


@pytest.mark.parametrize("doc", PAGES, ids=name_of)
class TestEveryPage:
    def test_links_only_to_what_is_there(self, doc):
        text = doc.read_text(encoding="utf-8")
        links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r"(?:src|href)=\"([^\"]+)\"", text)]
        broken = []
        for link in (one for one in links if not one.startswith(("http://", "https://", "mailto:"))):
            path, _, anchor = link.partition("#")
            target = (doc.parent / path).resolve() if path else doc
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(link)

        assert broken == []

    def test_names_no_folder_of_the_machine_it_was_written_on(self, doc):
        text = doc.read_text(encoding="utf-8")

        assert re.findall(r"(?<![\w.])/(?:work|tmp|home|root|Users)/\S*", text) == []

    def test_has_one_title(self, doc):
        lines = re.sub(r"^```.*?^```", "", doc.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)

        assert len(re.findall(r"^# ", lines, re.MULTILINE)) == 1


class TestPictures:
    FOLDER = ROOT / "docs" / "screens"

    def test_are_small_enough_for_a_slow_line(self):
        heavy = {
            one.name: one.stat().st_size for one in self.FOLDER.iterdir() if one.stat().st_size >= 100_000
        }

        assert heavy == {}

    def test_are_listed_and_every_listed_one_is_there(self):
        listed = re.findall(r"\]\(([^)]+\.png)\)", read("docs/screens/README.md"))

        assert sorted(listed) == sorted(one.name for one in self.FOLDER.glob("*.png"))
        assert len(listed) == len(set(listed))
