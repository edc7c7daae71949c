"""The wheel installs and runs with no checkout beside it: templates, zones and the demo's material are inside."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.tree import ROOT, kept_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """catcher as a wheel, built by the locked build tools."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for path in kept_files():
        if path.parts[0] in ("catcher", "pyproject.toml", "README.md"):
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes((ROOT / path).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True, timeout=120)
    [built] = folder.glob("catcher-*.whl")
    return built


@pytest.fixture(scope="module")
def catcher(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``catcher`` script of a fresh environment; what it depends on is lent from this one."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=120)
    python = environment / "bin" / "python"
    [packages] = environment.glob("lib/python*/site-packages")
    lent = tmp_path_factory.mktemp("lent")
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith(("catcher", "_catcher", "_editable", "__editable__")):
            (lent / package.name).symlink_to(package)
    (packages / "lent.pth").write_text(f"{lent}\n")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, timeout=120)
    return environment / "bin" / "catcher"


def run(catcher: Path, folder: Path, *arguments: str) -> str:
    """Runs the installed ``catcher`` in ``folder``, far from the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(catcher), *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=270,  # the demo takes two minutes on a machine that is busy tenfold
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_of_the_package_is_inside(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {str(path) for path in kept_files() if path.parts[0] == "catcher"} <= inside
    assert not [name for name in inside if not name.startswith(("catcher/", "catcher-"))]


def test_it_is_the_installed_one_that_runs(catcher: Path, tmp_path: Path) -> None:
    python = catcher.with_name("python")
    where = subprocess.run(
        [str(python), "-c", "import catcher; print(catcher.__file__)"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Path(where.strip()).is_relative_to(python.parents[1])


def test_help(catcher: Path, tmp_path: Path) -> None:
    assert "demo" in run(catcher, tmp_path, "--help")


def test_init_makes_a_folder_that_check_finds_right(catcher: Path, tmp_path: Path) -> None:
    run(catcher, tmp_path, "init", "sink")
    run(catcher, tmp_path / "sink", "check")


def test_the_demo_plays_and_names_its_reports(catcher: Path, tmp_path: Path) -> None:
    assert ".html" in run(catcher, tmp_path, "demo")
