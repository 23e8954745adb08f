"""A Chromium for the tests: the one that is here, or one that this script installs; by hand, run this file.

In this order: the browser that FIELDBENCH_CHROMIUM names, one on PATH, one that Playwright keeps; else the system's
package where apt-get may install it (root, as in a container), else Playwright's build by a virtual environment of its
own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
KEPT = Path.home() / ".cache" / "ms-playwright"
OWN = Path(__file__).parents[3] / ".fieldbench" / "playwright"
REMEDY = (
    "install your system's package chromium (sudo apt install chromium, brew install --cask chromium), "
    "or name a browser in FIELDBENCH_CHROMIUM"
)


def chromium() -> str:
    """The browser, installed if it has to be; a FileNotFoundError says what was tried and what to do."""
    if named := os.environ.get("FIELDBENCH_CHROMIUM"):
        if not Path(named).exists():
            raise FileNotFoundError(f"no Chromium: FIELDBENCH_CHROMIUM names {named}, which is not there; {REMEDY}")
        return named
    if found := _here():
        return found
    tried = []
    for way, commands in _ways():
        failure = _run(commands)
        if not failure and (found := _here()):
            return found
        tried.append(f"{way}: {failure or 'it left no browser'}")
    raise FileNotFoundError(f"no Chromium on PATH, and none could be installed ({'; '.join(tried)}); {REMEDY}")


def _here() -> str | None:
    places = [path for name in NAMES if (path := shutil.which(name))]
    kept = [str(path) for name in ("chrome", "Chromium") for path in sorted(KEPT.glob(f"chromium-*/*/**/{name}"))]
    return next(iter([*places, *kept[::-1]]), None)


def _ways() -> Iterator[tuple[str, list[Sequence[str]]]]:
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = [apt, "-qq", "-o", "Dpkg::Use-Pty=0"]
        yield "apt-get", [[*quiet, "update"], [*quiet, "install", "--yes", "--no-install-recommends", "chromium"]]
    python = str(OWN / "bin" / "python")
    if not Path(python).exists():
        venv.create(OWN, with_pip=True)
    commands = ("pip", "install", "--quiet", "playwright"), ("playwright", "install", "chromium")
    yield "Playwright", [[python, "-m", *command] for command in commands]


def _run(commands: list[Sequence[str]]) -> str:
    """The first line that names an error, else the last; nothing if all went well."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
            return next((line for line in lines if line.startswith("E: ") or "rror" in line), lines[-1])
    return ""


if __name__ == "__main__":
    try:
        print(chromium())
    except FileNotFoundError as error:
        sys.exit(str(error))
