"""Imports point down: composition, then services, then host, then core. Nothing imports in a circle."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

SOURCES = Path(__file__).parents[3] / "scripts" / "local-aws"
PACKAGE = SOURCES / "local_aws"
# A module may import from its own level and below. A module in no folder joins the others: it is at the top.
LEVELS = {"core": 0, "host": 1, "services": 2}
TOP = 3
# The modules of moto that are no service.
MOTO_ITSELF = {"moto.backend_index", "moto.backends", "moto.core", "moto.moto_server"}


def name_of(file: Path) -> str:
    parts = file.relative_to(SOURCES).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for file in PACKAGE.rglob("*.py")}


@cache
def imports_of(module: str) -> frozenset[str]:
    """Returns everything that a module imports, also within functions, by full name."""
    tree = ast.parse(FILES[module].read_text())
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = source_of(module, node)
            found.update(f"{base}.{alias.name}" if f"{base}.{alias.name}" in FILES else base for alias in node.names)
    return frozenset(found)


def source_of(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if FILES[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def own(module: str) -> set[str]:
    return {name for name in imports_of(module) if name in FILES}


def level(module: str) -> int:
    """Returns the level of a module. `local_aws` itself only sets a variable, and Python imports it first."""
    parts = module.split(".")
    return 0 if len(parts) == 1 else LEVELS.get(parts[1], TOP)


def below(folder: str) -> list[str]:
    return sorted(name for name in FILES if name.startswith(f"local_aws.{folder}."))


def reached_from(module: str) -> set[str]:
    """Returns everything that the import of a module may import, as far as this package names it."""
    reached, todo = set(), [module]
    while todo:
        each = todo.pop()
        if each not in reached:
            reached.add(each)
            todo += imports_of(each) if each in FILES else []
    return reached


def test_finds_every_file_and_its_imports():
    assert {level(module) for module in FILES} == {0, 1, 2, TOP}
    assert "local_aws.host.drivers" in imports_of("local_aws.host.clean_up")


def test_no_import_points_up():
    up = {f"{name} imports {other}" for name in FILES for other in own(name) if level(other) > level(name)}
    assert up == set()


def test_core_and_host_know_no_service():
    assert [name for folder in ("core", "host") for name in below(folder) if services_in(imports_of(name))] == []


def services_in(names: frozenset[str]) -> set[str]:
    """Returns the services among some modules: ours, and moto's."""
    of_moto = {".".join(name.split(".")[:2]) for name in names if name.startswith("moto.")} - MOTO_ITSELF
    return of_moto | {name for name in names if name.startswith("local_aws.services")}


def test_host_runs_without_moto():
    reached = {name: {each for each in reached_from(name) if each.split(".")[0] == "moto"} for name in below("host")}
    assert {name: found for name, found in reached.items() if found} == {}


def test_only_the_choice_of_a_driver_names_a_kind_of_machine():
    kind = "local_aws.host.containers"
    importers = {name for name in FILES for other in own(name) if other.startswith(kind)}
    assert {name for name in importers if not name.startswith(kind)} == {"local_aws.host.drivers"}


def test_no_modules_import_each_other_in_a_circle():
    try:
        TopologicalSorter({name: own(name) - {name} for name in FILES}).prepare()
    except CycleError as error:
        raise AssertionError(f"imports in a circle: {' -> '.join(reversed(error.args[1]))}") from None


def test_every_service_is_installed():
    services = {name for name in below("services") if FILES[name].name == "__init__.py" and name.count(".") == 2}
    assert services <= imports_of("local_aws.composition")


def test_a_service_names_every_file_that_installs_something():
    forgotten = []
    for name in below("services"):
        package = name.rpartition(".")[0]
        if FILES[name].name != "__init__.py" and "def install(" in FILES[name].read_text():
            forgotten += [name] if name not in imports_of(package) else []
    assert forgotten == []


def test_each_fixture_of_a_folder_has_a_name_of_its_own():
    # The tests lie outside of pytest's root, so it offers the fixtures of each conftest.py everywhere.
    fixture = re.compile(r"@pytest\.fixture[^\n]*\n(?:@[^\n]*\n)*def (\w+)")
    files = Path(__file__).parents[2].rglob("conftest.py")
    names = [name for file in files for name in fixture.findall(file.read_text())]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_package_does_not_know_who_uses_it():
    files = [*FILES.values(), SOURCES / "README.md", SOURCES / "pyproject.toml", SOURCES / "requirements.in"]
    files += SOURCES.glob("*.ts")
    files += [file for folder in ("base-image", "local_aws/host") for file in (SOURCES / folder).rglob("*")]
    words = ("workbench", "npm ")
    naming = {file.name for file in files if not file.is_dir() and file.suffix != ".pyc" and mentions(file, words)}
    assert naming == set()


def mentions(file: Path, words: tuple[str, ...]) -> bool:
    text = file.read_text().lower()
    return any(word in text for word in words)
