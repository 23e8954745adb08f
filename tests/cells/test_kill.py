"""SIGKILL at random moments, each followed by a restart: finished cells stay, and the record is the undisturbed one.

Each run is a process of its own, forked from one that has imported the suite and done nothing with it.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

CASE = Path(__file__).parents[1] / "material" / "sleepy" / "case.py"
CELLS = 24
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["numpy", "pytest", "fieldbench.judging.trial", "fieldbench.doors.verbs.run"])


def run_in(folder):
    """`fieldbench run` on the store of a folder, which gets what is said on stderr."""
    from fieldbench.doors.cli import main

    os.chdir(folder)
    os.environ["SLEEPY_LOG"] = str(folder / "log")
    for stream, file in ((1, os.devnull), (2, "said")):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    sys.argv = ["fieldbench", "run", str(CASE), "--store", "store", "--results", "results"]
    main()


class Runs:
    """`fieldbench run` on one store and one log of measured cells."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "log"
        folder.mkdir()
        self.log.write_text("")

    def start(self):
        process = FORKS.Process(target=run_in, args=(self.folder,))
        process.start()
        return process

    def said(self):
        """What the last run said on stderr."""
        return (self.folder / "said").read_text()

    def finish(self):
        """Run to the end; return the record's content and what was said on stderr."""
        process = self.start()
        process.join()
        assert process.exitcode == 0, self.said()
        path = max((self.folder / "results").rglob("*.json"))  # a kill may come too late, after a record
        return json.loads(path.read_text()), self.said()

    def measured(self):
        """Names of the cells whose measurement began, in order."""
        return self.log.read_text().split()

    def finished(self):
        """Names of the cells that are committed: those with a head."""
        names = []
        for head in (self.folder / "store").rglob("*.json"):
            with np.load(head.with_name(json.loads(head.read_text())["npz"])) as arrays:
                names.append("-".join(str(word) for word in arrays["name"][0]))
        return names

    def kill(self, delay, begun):
        """Start, wait for so many cells to begin and a moment more, SIGKILL; no finished cell is measured again."""
        before, finished = len(self.measured()), Counter(self.finished())
        process = self.start()
        while len(self.measured()) < before + begun and process.is_alive():
            time.sleep(0.005)
        process.join(delay)
        process.kill()
        process.join()
        assert "damaged" not in self.said()
        self.check_not_redone(before, finished)

    def check_not_redone(self, before, finished):
        # A key is shared by the measurement and its control, so names are counted, not collected. A run that comes to
        # its end computes one cell a second time.
        again = Counter(self.measured()[before:])
        assert sum(max(0, again[name] + finished[name] - self.undisturbed[name]) for name in again) <= 1


def lasting(value):
    """A record without times, memory and dates, the hash over them, and which of its cells was computed twice."""
    passing = {"run_id", "content_hash", "date", "wall_time", "peak_memory", "peak_growth", "repeated"}
    if isinstance(value, dict):
        return {name: lasting(entry) for name, entry in value.items() if name not in passing}
    return [lasting(entry) for entry in value] if isinstance(value, list) else value


def interrupt(tmp_path, kills, seed):
    calm = Runs(tmp_path / "calm")
    expected, _ = calm.finish()
    assert len(calm.finished()) == CELLS
    assert sum((Counter(calm.measured()) - Counter(calm.finished())).values()) == len(expected["repeated"]) == 1

    disturbed = Runs(tmp_path / "disturbed")
    disturbed.undisturbed = Counter(calm.finished())
    rng = random.Random(seed)
    for number in range(kills):
        # Every third kill is at any moment of a process; the others are among the cells, of which all kills together
        # leave some to the last run. Cells are counted, since a moment's length depends on what else the machine does.
        anywhere = number % 3 == 2
        begun = 0 if anywhere else 1 + rng.randrange(50 // kills)
        disturbed.kill((1.0 if anywhere else 0.08) * rng.random(), begun)
    before, finished = len(disturbed.measured()), Counter(disturbed.finished())
    found, said = disturbed.finish()
    disturbed.check_not_redone(before, finished)
    assert "damaged" not in said
    assert Counter(disturbed.finished()) == Counter(calm.finished())
    assert lasting(found) == lasting(expected)
    assert found["exit_code"] == 0


@pytest.mark.skipif("config.getoption('--slow')", reason="twenty kills are more")
def test_four_kills(tmp_path):
    interrupt(tmp_path, 4, seed=1)


@pytest.mark.slow
def test_twenty_kills(tmp_path):
    interrupt(tmp_path, 20, seed=2)
