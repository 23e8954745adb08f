"""`fieldbench worker`: several processes on one store do each cell once, and what they leave is judged by a run."""

import json
import signal
import subprocess
import sys
import time

import pytest
from helpers_doors import call, refusal, vary

pytestmark = pytest.mark.usefixtures("here")
MEASURE = "def measure(self, key: jax.Array) -> Mapping[Quantity, Any]:"
SLOW = MEASURE + "\n        import time\n        time.sleep(0.2)"


def start(*arguments):
    command = [sys.executable, "-m", "fieldbench", *arguments, "--store", "store", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heads(here):
    return sorted((here / "store" / "toy-sum").rglob("*.json"))


def leases(here):
    return list((here / "store").rglob("*.lease"))


def test_a_worker_measures_and_judges_nothing_and_a_second_one_finds_nothing_to_do(here):
    first = json.loads(call("worker", "--store", "store", "--json").stdout)
    (case,) = first["cases"]
    assert case == {"claim": "toy-sum", "measured": case["wanted"], "there": 0, "wanted": case["wanted"]}
    assert not (here / ".fieldbench" / "results").exists()
    again = json.loads(call("worker", "--store", "store", "--share", "2/3", "--json").stdout)
    assert again["cases"] == [{**case, "measured": 0, "there": case["wanted"]}]
    done = json.loads(call("run", "--store", "store", "--json").stdout)
    assert done["results"][0]["summary"] == "reproduced"
    assert len(heads(here)) == case["wanted"]


@pytest.mark.whole
def test_four_drivers_on_one_store_do_each_cell_once(here):
    """Two workers and two runs: what they measured adds up to what there is."""
    vary(here, MEASURE, SLOW, file="experiment.py")
    drivers = [start("worker", "--share", f"{n}/2") for n in (1, 2)]
    drivers += [start("run", "--results", f"results-{n}") for n in (1, 2)]
    said = [json.loads(driver.communicate(timeout=300)[0]) for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0, 0, 0]
    wanted = said[0]["cases"][0]["wanted"]
    measured = [one["cases"][0]["measured"] for one in said[:2]] + [one["results"][0]["computed"] for one in said[2:]]
    assert sum(measured) == wanted == len(heads(here))
    assert [one["results"][0]["summary"] for one in said[2:]] == ["reproduced"] * 2
    assert not leases(here)


@pytest.mark.whole
def test_a_worker_that_is_preempted_gives_its_lease_back_and_what_is_done_stays(here):
    vary(here, MEASURE, SLOW, file="experiment.py")
    driver = start("worker")
    for _ in range(2400):
        if len(heads(here)) >= 2 and leases(here):
            break
        time.sleep(0.05)
    driver.send_signal(signal.SIGTERM)
    driver.communicate(timeout=60)
    assert driver.returncode == 128 + signal.SIGTERM
    assert not leases(here)
    done = len(heads(here))
    assert done >= 2
    case = json.loads(call("worker", "--store", "store", "--json").stdout)["cases"][0]
    assert (case["there"], case["measured"]) == (done, case["wanted"] - done)


def test_a_case_that_cannot_run_is_said_and_is_an_exit_code(here):
    vary(here, MEASURE, MEASURE + "\n        raise ZeroDivisionError", file="experiment.py")
    done = call("worker", "--store", "store")
    assert done.exit_code == 5
    assert "ZeroDivisionError" in done.stderr
    assert not leases(here)


@pytest.mark.parametrize("share", ["0/2", "3/2", "2", "1/0", "-1/2", "a/b", "1/99999999"])
def test_what_is_no_share_is_refused(share):
    assert "as 2/4" in refusal("worker", f"--share={share}")
