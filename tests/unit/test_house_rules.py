"""Rules of this repository that no other tool checks."""

import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def committed():
    """Every file that is in git, or that `git add .` would add, with its text."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {name: ROOT / name for name in listed.stdout.split("\0") if name}
    return {name: path.read_bytes().decode(errors="ignore") for name, path in files.items() if path.is_file()}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_committed_files_are_found(committed):
    assert "pyproject.toml" in committed


# Written in two parts, so that this file does not hold what it looks for.
@pytest.mark.parametrize("place", ["/wor" + "k/", "/roo" + "t/", "/hom" + "e/"])
def test_no_path_of_somebodys_machine_is_committed(committed, place):
    assert [name for name, text in committed.items() if place in text] == []


@pytest.mark.parametrize("host", ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org"])
def test_no_registry_host_is_committed(committed, host):
    assert [name for name, text in committed.items() if host in text] == []


def test_the_requirements_name_no_index(committed):
    locked = [name for name in committed if name.startswith("requirements/")]
    option = re.compile(r"^\s*(-i|--(extra-)?index-url|--find-(?:links)|--trusted-host)\b", re.MULTILINE)
    assert [name for name in locked if option.search(committed[name])] == []


def test_every_pinned_requirement_has_a_hash():
    for locked in (ROOT / "requirements").glob("*.txt"):
        text = "\n" + locked.read_text()
        pins = re.findall(r"\n([A-Za-z0-9._-]+)==", text)
        hashed = re.findall(r"\n([A-Za-z0-9._-]+)==[^\n]*\\\n\s+--hash=", text)
        assert pins, f"{locked.name} pins nothing: run `make lock`"
        assert hashed == pins, locked.name


def test_every_runtime_dependency_is_pinned(project):
    locked = (ROOT / "requirements/runtime.txt").read_text()
    pinned = set(re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE))
    assert names_of(project["dependencies"]) <= pinned


def test_no_uv_lock_is_committed(committed):
    assert [name for name in committed if Path(name).name == "uv" + ".lock"] == []


def test_ci_runs_the_command_of_the_readme_and_nothing_else():
    lines = (ROOT / ".ci/run").read_text().splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    shown = [line.removeprefix("$ ").split("#")[0].strip() for block in blocks for line in block.splitlines()]
    assert "make test" in shown


def test_no_drug_is_named_in_code():
    """Drugs are data: a new one is a TOML file, and nothing in the code may treat one differently."""
    concepts = tomllib.loads((ROOT / "src/leukon/events/concepts.toml").read_text())["concepts"]
    drugs = [name for name, concept in concepts.items() if concept.get("kind") == "drug"]
    assert drugs
    named = re.compile(rf"\b({'|'.join(map(re.escape, drugs))})", re.IGNORECASE)
    found = {
        path.relative_to(ROOT).as_posix(): sorted(set(named.findall(path.read_text())))
        for path in (ROOT / "src").rglob("*.py")
        if "examples" not in path.parts
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_the_architecture_holds():
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_runtime_dependency_has_its_reason(project):
    reasons = (ROOT / "docs/decisions/0004-dependencies.md").read_text()
    assert [name for name in sorted(names_of(project["dependencies"])) if f"`{name}`" not in reasons] == []


def test_every_development_dependency_has_its_reason():
    reasons = (ROOT / "docs/decisions/0004-dependencies.md").read_text()
    wanted = (ROOT / "requirements/dev.in").read_text() + (ROOT / "requirements/uv.in").read_text()
    lines = [line for line in wanted.splitlines() if line and not line.startswith("#")]
    assert [name for name in sorted(names_of(lines)) if f"`{name}`" not in reasons] == []


def test_every_decision_is_numbered_once():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def names_of(requirements):
    return {re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower() for requirement in requirements}
