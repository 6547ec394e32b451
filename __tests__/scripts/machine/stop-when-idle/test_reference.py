"""What the page, the programs and the units say of the same thing."""

import re
from pathlib import Path

import idle_signs
import idle_usage
import install_stop_when_idle
import stop_when_idle

PAGE = (install_stop_when_idle.HERE / "README.md").read_text()
UNITS = install_stop_when_idle.HERE / "units"


def test_the_page_lists_everything_that_is_looked_at(idle_machine, configuration):
    listed = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)[1:]
    state = stop_when_idle.look(configuration, None)
    assert listed == [sign.name for sign in state.signs]


def test_the_page_has_the_limits(idle_machine):
    assert f"{idle_usage.BUSY_PERCENT} % of one processor" in PAGE
    assert f"{idle_usage.BUSY_BYTES_PER_SEC:,} bytes a second".replace(",", " ") in PAGE
    assert (install_stop_when_idle.WINDOW_SEC, stop_when_idle.GAP_SEC) == (300, 300)
    assert "mean of the last five minutes" in PAGE
    assert "gap of more than five minutes" in PAGE


def test_the_service_makes_the_folder_of_the_state_and_keeps_it():
    service = (UNITS / "workbench-stop-when-idle.service").read_text()
    folder = install_stop_when_idle.STATE
    assert f"RuntimeDirectory={Path(folder).name}\nRuntimeDirectoryPreserve=yes\n" in service


def test_the_units_run_what_is_installed():
    service = (UNITS / "workbench-stop-when-idle.service").read_text()
    command = (install_stop_when_idle.HERE / "workbench-idle").read_text()
    for text, verb in ((service, "check"), (command, "explain")):
        assert f"/{install_stop_when_idle.PROGRAMS}/stop_when_idle.py {verb}\n" in text


def test_the_mark_of_the_repl_is_the_one_that_the_page_names():
    assert f"`{idle_signs.BUSY_REPL}`" in PAGE
