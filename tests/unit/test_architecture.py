"""What import-linter and ruff cannot see: late imports, banned method calls, a bug of a library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "adme_labeler"
SOURCES = sorted(PACKAGE.rglob("*.py"))

HEAVY = {
    "torch",
    "transformers",
    "numpy",
    "scipy",
    "sklearn",
    "pandas",
    "openpyxl",
    "lxml",
    "python_calamine",
    "datasketch",
}
"""What no first window needs: each takes 50 ms to 3 s to load."""

SERVICES = tuple(
    f"adme_labeler.services.{path.stem}"
    for path in sorted((PACKAGE / "services").glob("*.py"))
    if path.stem != "__init__"
)


def modules_after(*imports: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after these imports."""
    code = (
        "import importlib, sys\n"
        f"for name in {imports!r}: importlib.import_module(name)\n"
        "print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert child.returncode == 0, child.stderr
    return set(child.stdout.split())


def test_the_window_loads_qt_and_nothing_heavy() -> None:
    loaded = modules_after("adme_labeler.gui.app")
    assert "PySide6" in loaded
    assert not loaded & HEAVY


def test_the_command_line_loads_neither_qt_nor_anything_heavy() -> None:
    loaded = modules_after("adme_labeler.cli")
    assert "adme_labeler" in loaded
    assert not loaded & (HEAVY | {"PySide6"})


def test_the_services_load_neither_qt_nor_anything_heavy() -> None:
    assert len(SERVICES) > 5
    loaded = modules_after(*SERVICES)
    assert "adme_labeler" in loaded
    assert not loaded & (HEAVY | {"PySide6"})


def test_the_check_on_modules_sees_what_was_loaded() -> None:
    assert {"openpyxl", "lxml"} <= modules_after("adme_labeler.exporters.workbook")


def banned(source: str, name: str) -> list[str]:
    """ "line: what" for everything in a module's text that the program does without."""
    found = []
    for node in ast.walk(ast.parse(source)):
        what = _banned(node)
        if what == "print" and name == "cli.py":
            continue
        if what:
            found.append(f"{getattr(node, 'lineno', 0)}: {what}")
    return found


def _banned(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr="processEvents" | "moveToThread" as attribute):
            return attribute
        case ast.Name(id="QThread") | ast.Attribute(attr="QThread"):
            return "QThread"
        case ast.ImportFrom(module=str(module), names=names):
            return next(
                (what for alias in names if (what := _banned_name(f"{module}.{alias.name}"))), ""
            )
        case ast.Import(names=names):
            return next((what for alias in names if (what := _banned_name(alias.name))), "")
        case ast.Call(func=func, keywords=keywords):
            for keyword in keywords:
                match keyword:
                    case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                        return "shell=True"
            match func:
                case ast.Name(id="print"):
                    return "print"
                case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                    return _banned_name(f"{owner}.{attribute}")
        case ast.ExceptHandler(type=None):
            return "bare except"
        case ast.ExceptHandler(type=ast.Name(id="Exception" | "BaseException"), body=[ast.Pass()]):
            return "except Exception: pass"
    return ""


def _banned_name(name: str) -> str:
    exact = {"time.sleep", "torch.load", "os.system", "PySide6.QtCore.QThread"}
    if name in exact:
        return name
    first = name.partition(".")[0]
    return first if first in ("pickle", "multiprocessing", "dill", "joblib") else ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_does_without_what_is_banned(path: Path) -> None:
    assert banned(path.read_text("utf-8"), path.name) == []


@pytest.mark.parametrize(
    "source",
    [
        "app.processEvents()",
        "from PySide6.QtCore import QThread",
        "QtCore.QThread()",
        "worker.moveToThread(t)",
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "torch.load('x')",
        "import pickle",
        "import multiprocessing.pool",
        "subprocess.run('ls', shell=True)",
        "os.system('ls')",
        "print('x')",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept:\n    g()",
    ],
)
def test_the_check_finds_what_is_banned(source: str) -> None:
    assert banned(source, "module.py")


def test_the_check_lets_the_command_line_print() -> None:
    assert banned("print('x')", "cli.py") == []


def test_tests_of_the_window_wait_for_signals_and_conditions_not_for_time() -> None:
    waiting = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in _calls(path)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr == "wait"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "qtbot"
    ]
    assert waiting == []


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def test_two_million_calls_that_return_nothing_do_not_abort_the_interpreter() -> None:
    """PySide6 6.12.0 lost a reference to None with every such call; Python 3.11 then aborts."""
    code = """
from PySide6.QtCore import QObject
thing = QObject()
call = thing.setObjectName
for _ in range(2_000_000):
    call("")
print("alive", thing.blockSignals(False) is False)
"""
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.split() == ["alive", "True"]
