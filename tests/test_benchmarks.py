"""The benchmarks' own judgement: what counts as met, what a race measures, what a trend is drawn from."""

import importlib
import json
import math
import platform
import time
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from benchmarks import history, on_accelerator, series, trends
from benchmarks.peers import race
from benchmarks.targets import langevin, readme, rows, table
from fieldbench.cells.numerics import numerics
from fieldbench.errors import BadInput

ROW = rows.Row("fast", "how fast", "module:function", "ratio", 1.5)


def test_a_limit_is_met_on_the_right_side_only():
    slow = replace(ROW, at_least=False)
    assert [ROW.met(1.5), ROW.met(1.49), slow.met(1.5), slow.met(1.51)] == [True, False, True, False]
    assert replace(ROW, limit=None).met(0.0) is None


@pytest.mark.parametrize(
    "numbers", [{}, {"error": "boom"}, {"ratio": 9.0, "residual": 1e-3}, {"ratio": math.nan, "residual": 0.0}]
)
def test_what_crashed_is_wrong_or_absent_is_missed_and_says_why(numbers):
    guarded = replace(ROW, guard=("residual", 1e-9))
    numbers = {"residual": math.nan, **numbers}
    (entry,) = table.compared([guarded], {guarded.key: numbers})
    assert entry["verdict"] == "missed"
    assert entry["error"]
    assert "**missed**" in table.markdown([entry])


def test_a_measurement_that_crashes_leaves_the_others_standing():
    found = table.measured([replace(ROW, measurement="absent:nothing"), replace(ROW, measurement="tiers:absent")])
    assert all("error" in numbers for numbers in found.values())
    assert len(found) == 2


def test_every_measurement_of_the_table_exists():
    for row in rows.ROWS:
        module, function = row.measurement.split(":")
        assert callable(getattr(importlib.import_module(f"benchmarks.targets.{module}"), function))


def test_a_step_is_timed_against_its_own_products():
    found = langevin.over_products(samples=6, dimension=4, width=3, rounds=1, steps=10)
    assert found["step_seconds"] > 0 < found["products_seconds"]
    assert found["over_products"] == pytest.approx(found["step_seconds"] / found["products_seconds"])


def test_slow_rows_run_only_by_their_own_name():
    assert "largest-stretch" not in {row.name for row in table.chosen([])}
    assert "largest-stretch" not in {row.name for row in table.chosen(["largest"])}
    assert [row.name for row in table.chosen(["largest-stretch"])] == ["largest-stretch"]
    with pytest.raises(BadInput, match="choose from"):
        table.chosen(["nonsense"])


def test_a_partial_run_keeps_the_rows_of_earlier_ones(tmp_path):
    path, guide = tmp_path / "targets.json", tmp_path / "README.md"
    first, second = rows.ROWS[0], rows.ROWS[2]
    for row, value in ((first, 0.9), (second, 0.1), (first, 0.8)):
        numbers = {row.key: {row.value: value}}
        table.keep(table.compared([row], numbers), numbers, path)
    kept = json.loads(path.read_text())
    assert [(row["name"], row["value"]) for row in kept["rows"]] == [(first.name, 0.8), (second.name, 0.1)]
    assert {"commit", "jax", "blas"} <= set(kept["measurements"][first.key]["provenance"])
    guide.write_text(f"before\n{readme.START}old\n{readme.END}\nafter\n")
    readme.fill(path, guide)
    assert "0.8" in guide.read_text()
    assert "old" not in guide.read_text()
    assert guide.read_text().endswith(f"{readme.END}\nafter\n")


def test_a_race_counts_independent_draws_as_such_and_stops_at_the_goal():
    """For white noise the bulk effective size is the number of draws, within a few √S·O(1): 20 % is six deviations."""
    generator = np.random.default_rng(0)

    def block(state, number):
        time.sleep(0.002)
        return state, generator.normal(0.4, 0.03, (100, 2))

    found = race.race("white noise", 2, lambda: None, block)
    assert found.reached
    assert found.effective == pytest.approx(found.draws, rel=0.2)
    assert race.GOAL <= found.effective < 1.5 * race.GOAL
    assert abs(found.mean - 0.4) < 5 * found.standard_error
    assert found.seconds >= found.warm_up_seconds
    # All draws cost the same: 200 in no less than a sleep, each worth at most 1.5 effective ones.
    assert 0 < found.rate <= 1.5 * 100 * 2 / 0.002


def test_a_peer_that_dies_is_reported_with_what_it_said():
    found = race.in_fresh_process("benchmarks.peers.samplers", "nobody")
    assert "exit 2" in found["failed"]
    assert "nobody" in found["failed"]


def _results(folder: Path) -> Path:
    """Two commits, the later one first in the alphabet, the second parameter missing in the earlier."""
    machine = folder / "two-core-cpu"
    machine.mkdir()
    (machine / "machine.json").write_text(json.dumps({"machine": "two-core-cpu", "version": 1}))
    names = {"param_names": ["size"], "unit": "seconds"}
    (folder / "benchmarks.json").write_text(json.dumps({"m.C.time_it": names, "m.C.track_level": {"unit": "unit"}}))
    for commit, date, times, level in (("b" * 40, 1, [4.0, None], 0.91), ("a" * 40, 2, [2.0, 3.0], 0.92)):
        results = {"m.C.time_it": [times, [["'10'", "'20'"]], "1"], "m.C.track_level": [[level], [], "1"]}
        run = {"commit_hash": commit, "date": date, "results": {**results, "m.C.time_removed": [[1.0], []]}}
        (machine / f"{commit[:8]}-virtualenv.json").write_text(json.dumps(run))
    return folder


def test_series_follow_the_dates_and_keep_gaps(tmp_path):
    commits, found = series.read(_results(tmp_path), "two-core-cpu")
    assert [commit.hash[0] for commit in commits] == ["b", "a"]
    lines = {one.benchmark: one for one in found}
    assert lines["m.C.time_it"].lines == {"size 10": [4.0, 2.0], "size 20": [None, 3.0]}
    assert lines["m.C.time_it"].relative() == {"size 10": [1.0, 0.5], "size 20": [None, 1.0]}
    assert lines["m.C.track_level"].lines == {"": [0.91, 0.92]}
    assert [lines["m.C.time_it"].kind, lines["m.C.track_level"].kind] == ["time", "physics"]
    with pytest.raises(BadInput, match="measure first"):
        series.read(tmp_path, "another")


def test_the_page_of_trends_opens_offline(tmp_path):
    pytest.importorskip("matplotlib")
    page = trends.draw(_results(tmp_path), "two-core-cpu", {"a" * 40: ("2026-01-01", "Cut <time> in half")})
    text = page.read_text()
    assert "http" not in text
    assert "Cut &lt;time&gt; in half" in text
    drawn = (tmp_path / "trends" / "m.C.svg").read_bytes()
    assert b"size 20" in drawn
    trends.draw(tmp_path, "two-core-cpu", {})
    assert (tmp_path / "trends" / "m.C.svg").read_bytes() == drawn


def test_the_machine_is_named_without_its_host(tmp_path, monkeypatch):
    monkeypatch.delenv("MACHINE", raising=False)
    name = history._machine_file(tmp_path / "machine.json")
    assert name.endswith("-core-cpu")
    said = json.loads((tmp_path / "machine.json").read_text())[name]
    assert said["machine"] == name
    assert int(said["num_cpu"]) >= 1
    assert said["ram"].endswith("GiB")
    assert platform.node() not in said.values()


def test_every_benchmark_has_a_version_of_its_own_keeping():
    """asv's default version is a hash of the source: an edited comment would end the series."""
    for path in Path(history.__file__).parent.glob("*.py"):
        module = importlib.import_module(f"benchmarks.{path.stem}")
        for name, found in vars(module).items():
            methods = [m for m in vars(found) if m.startswith(("time_", "track_"))] if isinstance(found, type) else []
            unversioned = [
                m for m in methods if not hasattr(found, "version") and not hasattr(vars(found)[m], "version")
            ]
            assert not unversioned, f"{path.stem}.{name}: {unversioned}"


@pytest.mark.slow
def test_the_table_of_an_accelerator_is_made_on_a_cpu_too():
    with numerics():
        found = list(on_accelerator.table([256], 256, small=True))
    whats = ["product", "product", "factorisation", "factorisation", "learning curve", "100 Langevin steps"]
    assert [row["what"] for row in found] == whats
    assert all(row["seconds"] > 0 and row["first"] > 0 and row["teraflops"] > 0 for row in found)


def test_what_does_not_fit_an_accelerator_is_a_row_too():
    def full():
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory\nand more")

    found = on_accelerator.row("factorisation", full, 1.0, points=10**6)
    assert found == {"what": "factorisation", "points": 10**6, "failed": "RESOURCE_EXHAUSTED: out of memory"}
