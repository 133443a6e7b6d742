"""What a site gets: the wheel alone, in an environment of its own; its data are TOML, and TOML alone changes it.

The wheel is built and installed without a network; its dependencies are those of the environment that runs the tests.
"""

import csv
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from tests.surfaces.process import ENVIRONMENT, run_leukon

ROOT = Path(__file__).parents[2]
EVENTS = """\
subject_id,time,code,numeric_value,unit,lln
1,1999-12-20,anc,3.1,10*9/L,1.8
1,2000-01-01,alemtuzumab,12,mg,
1,2000-02-01,anc,1.2,10*9/L,1.8
1,2000-02-10,anc,2,10*9/L,1.8
1,2000-02-20,anc,2,10*9/L,1.8
2,1999-12-20,anc,3.1,10*9/L,1.8
2,2000-01-01,SITE//LKM,400,mg,
2,2000-01-08,ATC//X99XX99,0.4,g,
2,2000-01-30,site//LKM,400,mg,
2,2000-01-09,anc,1.4,10*9/L,1.8
"""
THIRD_DRUG = """
id = "leukomab-trial"
title = "A drug that leukon has never heard of"
drugs = ["leukomab"]
default_schedule = "weekly"

[sources.trial]
title = "A trial that was never held"

[concepts.leukomab]
codes = ["SITE//LKM", "ATC//X99XX99"]

[course]
merge_days = 14
source = "trial"

[episode]
below = 1.5
recovered_at = 1.5
recovery_results = 2
recovery_days = 7
source = "trial"

[treatments.g_csf]
concepts = ["filgrastim"]
source = "trial"

[tests.cbc]
complete = ["anc"]
partial = ["wbc"]

[schedules.weekly]
title = "Every week for 4 weeks"
end_days_after_last_dose = 28
source = "trial"

[[schedules.weekly.phases]]
phase = "baseline"
tests = ["cbc"]
days_before = 30
source = "trial"

[[schedules.weekly.phases]]
phase = "weekly"
tests = ["cbc"]
every = 7
from = 7
to = 28
tolerance = 2
source = "trial"
"""


def run(*command, **more):
    subprocess.run([*map(str, command)], check=True, capture_output=True, env=ENVIRONMENT, timeout=300, **more)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what a checkout holds, so that a build leaves nothing behind in it."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", folder / "leukon/src", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "leukon" / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, folder / "leukon")
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel, tmp_path):
    """The wheel in a fresh environment: its python, and the folder of its package."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(tmp_path / "env"), "platbase": str(tmp_path / "env")})
    python = Path(paths["scripts"]) / "python"
    run(sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--python", python, wheel)
    site = Path(paths["purelib"])
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not read
    (tmp_path / "events.csv").write_text(EVENTS)
    return python, site / "leukon"


@pytest.fixture
def leukon(installed, tmp_path):
    """Run the installed command; a run that fails is a failure."""

    def call(*arguments):
        done = run_leukon(tmp_path, *arguments, python=installed[0])
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return call


def review(leukon, folder, protocol):
    """Review the events with the installed wheel and hand back the tables."""
    leukon("review", "events.csv", "--protocol", protocol, "--as-of", "2000-03-01", "--out", "out")
    tables = {}
    for path in (folder / "out/tables").glob("*.csv"):
        with path.open(newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def cells(rows, names):
    return [" ".join(row[name] or "-" for name in names.split()) for row in rows]


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    held = {
        f"leukon/{path.relative_to(ROOT / 'src/leukon').as_posix()}"
        for path in (ROOT / "src/leukon").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == held
    assert {"leukon/py.typed", "leukon/examples/index-case.csv", "leukon/events/concepts.toml"} <= held
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_installed_wheel_stands_alone(installed, tmp_path):
    python, package = installed
    where = subprocess.run(
        [python, "-c", "import leukon; print(leukon.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()) == package / "__init__.py"
    command = subprocess.run(
        [python.with_name("leukon"), "demo"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "5 doses, 60 mg" in command.stdout
    assert (tmp_path / "leukon-demo/tables/episodes.csv").exists()


def test_a_third_drug_is_one_toml_file(leukon, tmp_path):
    (tmp_path / "leukomab.toml").write_text(THIRD_DRUG)
    tables = review(leukon, tmp_path, "leukomab.toml")
    assert cells(tables["courses"], "subject_id drug course start_time last_dose_time doses total_dose_mg") == [
        "2 leukomab 1 2000-01-01T00:00:00 2000-01-08T00:00:00 2 800",
        "2 leukomab 2 2000-01-30T00:00:00 2000-01-30T00:00:00 1 400",
    ]
    assert cells(tables["schedule"], "subject_id course test due_day status done_time phase") == [
        "2 1 cbc 0 done 1999-12-20T00:00:00 baseline",
        "2 1 cbc 7 done 2000-01-09T00:00:00 weekly",
        "2 1 cbc 14 missed - weekly",
        "2 1 cbc 21 missed - weekly",
        "2 1 cbc 28 missed - weekly",
        "2 2 cbc 0 done 2000-01-09T00:00:00 baseline",
        "2 2 cbc 7 missed - weekly",
        "2 2 cbc 14 missed - weekly",
        "2 2 cbc 21 missed - weekly",
        "2 2 cbc 28 overdue - weekly",
    ]
    assert cells(tables["episodes"], "subject_id course onset_by_time status") == [
        "1 0 2000-02-01T00:00:00 recovered",
        "2 1 2000-01-09T00:00:00 carried_over",
    ]
    known = {row["code"]: row["concept"] for row in tables["codes_seen"]}
    assert {known[code] for code in ("SITE//LKM", "site//LKM", "ATC//X99XX99")} == {"leukomab"}


def test_without_its_toml_file_the_third_drug_is_unknown(leukon, tmp_path):
    tables = review(leukon, tmp_path, "alemtuzumab-ms")
    assert {row["subject_id"] for row in tables["courses"]} == {"1"}
    assert {row["concept"] for row in tables["codes_seen"] if "LKM" in row["code"]} == {""}


def test_a_limit_changed_in_a_copy_of_a_protocol_changes_the_episodes(leukon, tmp_path):
    shown = leukon("protocols", "show", "alemtuzumab-ms")
    assert shown.count("\nbelow = 1.5\n") == 1
    (tmp_path / "mine.toml").write_text(shown.replace("\nbelow = 1.5\n", "\nbelow = 1.3\n"))
    (tmp_path / "milder.toml").write_text(shown.replace("\nbelow = 1.5\n", "\nbelow = 1.2\n"))
    columns = "subject_id onset_by_time nadir status"
    first, second = "1 2000-02-01T00:00:00 1.2 recovered", "2 2000-01-09T00:00:00 1.4 ongoing"
    assert cells(review(leukon, tmp_path, "alemtuzumab-ms")["episodes"], columns) == [first, second]
    assert cells(review(leukon, tmp_path, "mine.toml")["episodes"], columns) == [first]
    assert cells(review(leukon, tmp_path, "milder.toml")["episodes"], columns) == []


def test_a_limit_changed_in_the_installed_ctcae_changes_the_grades(leukon, installed, tmp_path):
    def grades():
        results = review(leukon, tmp_path, "alemtuzumab-ms")["results"]
        return cells([row for row in results if row["subject_id"] == "1"], "value grade_v5 grade_v6")

    assert grades() == ["3.1 0 0", "1.2 2 1", "2 0 0", "2 0 0"]
    file = installed[1] / "knowledge/data/ctcae/ctcae-5.0.toml"
    text = file.read_text()
    line = 'below = { 1 = "lln", 2 = 1.5, 3 = 1.0, 4 = 0.5 }'
    assert text.count(line) == 1
    file.write_text(text.replace(line, 'below = { 1 = "lln", 2 = 2.5, 3 = 1.25, 4 = 0.5 }'))
    assert grades() == ["3.1 0 0", "1.2 3 1", "2 2 0", "2 2 0"]


def test_a_protocol_put_into_the_installed_wheel_is_on_the_shelf(leukon, installed, tmp_path):
    (installed[1] / "knowledge/data/protocols/leukomab-trial.toml").write_text(THIRD_DRUG)
    assert "leukomab-trial: A drug that leukon has never heard of" in " ".join(leukon("protocols").split())
    assert {row["drug"] for row in review(leukon, tmp_path, "leukomab-trial")["courses"]} == {"leukomab"}
