"""asv over commits, in asv's own virtualenv environments, with our provenance beside its results.

    python -m benchmarks.history                        HEAD
    python -m benchmarks.history 14add9f 1e457da        older ones, by today's benchmarks
    python -m benchmarks.history --bench Spectrum       only what matches

Results go to results/asv/<machine>/, provenance (of asv's environment, by commit) to results/asv/provenance.json. The
machine has a fixed name and no host name: `two-core-cpu`, or what MACHINE says.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results" / "asv"
NUMBERS = {1: "one", 2: "two", 4: "four", 8: "eight", 16: "sixteen"}
# One thread in every BLAS, unless a benchmark asks for more: two were measured to be slower on shared cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
COLLECT = """import json
try:
    from fieldbench.cells import provenance
except ImportError:  # commits before the rooms of the second form
    from fieldbench.evidence import provenance
print(json.dumps(provenance.collect(0)))"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description="asv over commits.")
    parser.add_argument("commits", nargs="*", default=["HEAD"])
    parser.add_argument("--bench", action="append", help="regular expression of benchmark names; repeatable")
    parser.add_argument("--check", action="store_true", help="only refuse a checkout that differs from its commit")
    options = parser.parse_args()
    refuse_dirty()
    if options.check:
        return
    os.environ.update(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        machine = _machine_file(Path(folder, "machine.json"))
        for commit in [_git("rev-parse", f"{name}^{{commit}}") for name in options.commits]:
            run(commit, machine, Path(folder, "machine.json"), options.bench)


def refuse_dirty() -> None:
    """Exit with a message if tracked or new files outside results/ differ from the commit: whose number would it be?"""
    changes = _git("status", "--porcelain", "--", ".", ":(exclude)results")
    if changes:
        sys.exit(
            "benchmarks: the checkout differs from its commit, so that its numbers would belong to none:\n"
            f"{changes}\ncommit the changes, or take them away, and run again (results/ may differ)"
        )


def run(commit: str, machine: str, machine_file: Path, bench: list[str] | None) -> None:
    """All benchmarks at one commit; raises RuntimeError if asv could not install it."""
    from asv.commands.run import Run
    from asv.config import Config
    from asv.console import log
    from asv.environment import get_environments

    log.enable()
    conf = Config.load(str(ROOT / "benchmarks" / "asv.conf.json"))
    here = Path.cwd()
    os.chdir(ROOT / "benchmarks")  # asv resolves the paths of its configuration against the working directory
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as hashes:
            hashes.write(commit + "\n")
            hashes.flush()
            # asv tries the benchmarks' discovery at an old commit, and says so where it has to take today's instead. A
            # failed benchmark makes it return an error: the series then has a gap, which the trends show.
            Run.run(
                conf,
                range_spec=f"HASHFILE:{hashes.name}",
                bench=bench,
                attribute={"rounds": 1},  # two would start every process twice, for hardly more certainty
                machine=machine,
                _machine_file=str(machine_file),
                show_stderr=True,
                pull=False,
            )
            environment = next(iter(get_environments(conf, None)))
            found = json.loads(environment.run(["-c", COLLECT]).strip().splitlines()[-1])
    finally:
        os.chdir(here)
    _keep(commit, {**found, "commit": commit, "dirty": False, "threads": THREADS})


def _keep(commit: str, found: dict[str, Any]) -> None:
    from fieldbench import atomic

    path = RESULTS / "provenance.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    atomic.write(path, (json.dumps({**kept, commit: found}, indent=1, sort_keys=True) + "\n").encode())


def _machine_file(path: Path) -> str:
    """Write what asv wants to know of the machine, and return the machine's name. No host name, no kernel release."""
    name, cores = machine_name(), os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    machine = {
        "machine": name,
        "os": platform.system(),
        "arch": platform.machine(),
        "cpu": "",
        "num_cpu": str(cores),
        "ram": f"{round(memory / 2**30)} GiB",
    }
    path.write_text(json.dumps({name: machine, "version": 1}))
    return name


def machine_name() -> str:
    """The fixed name under which this machine's results are kept."""
    cores = os.cpu_count() or 1
    return os.environ.get("MACHINE") or f"{NUMBERS.get(cores, cores)}-core-cpu"


def subjects(commits: list[str]) -> dict[str, tuple[str, str]]:
    """Day and subject of each commit; those that this repository does not have are left out."""
    found = {}
    for commit in commits:
        command = ["git", "-C", str(ROOT), "show", "--no-patch", "--format=%cs%x09%s", commit]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            day, _, subject = done.stdout.strip().partition("\t")
            found[commit] = (day, subject)
    return found


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks: git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.rstrip()


if __name__ == "__main__":
    main()
