"""Memory that this process can still get: what the operating system and the control groups it runs in say."""

from __future__ import annotations

import os
from pathlib import Path

_UNLIMITED = 1 << 60


def available_bytes(root: Path = Path("/")) -> int:
    """The smallest of what the machine has available and what each enclosing control group leaves.

    Linux: MemAvailable of /proc/meminfo; limit − usage + reclaimable file cache of cgroup v2 (memory.max) and v1
    (memory.limit_in_bytes), up to the outermost group. Elsewhere: free pages by sysconf, an underestimate.

    Args:
        root: where /proc and /sys lie; for tests.

    Raises:
        OSError: the operating system says nothing.
    """
    meminfo = root / "proc/meminfo"
    if not meminfo.exists():
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
    machine = int(fields["MemAvailable"].split()[0]) * 1024
    return min([machine, *_left_by_groups(root)])


def _left_by_groups(root: Path) -> list[int]:
    membership = root / "proc/self/cgroup"
    if not membership.exists():
        return []
    left = []
    for line in membership.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            tops = ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
            names = ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            tops = ["sys/fs/cgroup/memory"]
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        for top in tops:
            # Inside a container the path may be that of the host: the mounted top is then the group itself.
            group = Path(path.lstrip("/"))
            left += [_left_by(root / top / level, *names) for level in (group, *group.parents)]
    return [value for value in left if value is not None]


def _left_by(group: Path, limit: str, usage: str, reclaimable: str) -> int | None:
    """What one control group leaves, None where it sets no limit."""
    try:
        text = (group / limit).read_text().strip()
        if text == "max" or int(text) >= _UNLIMITED:
            return None
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = int((group / usage).read_text()) - int(stat.get(reclaimable, 0))
    except OSError:
        return None
    return max(int(text) - used, 0)
