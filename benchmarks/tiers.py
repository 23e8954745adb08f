"""What a stranger waits for: each case's quick tier in a process of its own, nothing compiled, nothing stored."""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND_LINE = "fieldbench.doors.cli" if importlib.util.find_spec("fieldbench.doors.cli") else "fieldbench.cli"
"""Earlier commits have it one room higher."""


class QuickTier:
    """Wall seconds, exit code and peak memory of `fieldbench run CASE --tier quick`; every case is run once."""

    version = "1"
    timeout = 900
    params = (
        "feature-learning-complexity",
        "gp-cubic-staircase",
        "linear-cnn-three-quarters",
        "rg-cifar-mnist",
    )
    param_names = ("case",)

    def setup_cache(self):
        return {case: _cold(case) for case in self.params}

    def track_wall_seconds(self, runs, case):
        return runs[case]["wall_seconds"]

    def track_exit_code(self, runs, case):
        return runs[case]["exit_code"]

    def track_peak_memory(self, runs, case):
        return runs[case]["peak_memory"]


def _cold(case):
    with tempfile.TemporaryDirectory() as folder:
        options = ["--store", str(Path(folder, "store")), "--results", str(Path(folder, "results"))]
        command = [sys.executable, "-m", COMMAND_LINE, "run", case, "--tier", "quick", "--json", *options]
        start = time.perf_counter()
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - start
        record = json.loads(Path(json.loads(found.stdout)["results"][0]["record"]).read_text())
        peak = max(cell["peak_memory"] for cell in record["cells"])
    return {"wall_seconds": wall, "exit_code": found.returncode, "peak_memory": peak}
