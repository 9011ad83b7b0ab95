"""What there is of the machine for this process."""

import ctypes
import os
import platform
import sys
from pathlib import Path

import torch

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

#: Parameters of glibc's `mallopt`, of malloc.h.
_m_trim_threshold = -1
_m_mmap_threshold = -3
_most_on_the_heap = 32 << 20  # The largest value that every glibc takes.


def keep_freed_memory() -> None:
    """Lets the C library keep memory that a step frees, for the next one, rather than give it back to the system.

    What a step on the processor computes is freed and asked for again in the next: each page given back costs a fault
    and is filled with zeros again, which took 4 % of the time of a training. The most memory in use stays what it was.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    library = ctypes.CDLL(None)
    library.mallopt(_m_mmap_threshold, _most_on_the_heap)
    library.mallopt(_m_trim_threshold, 2**31 - 1)


def cpus() -> int:
    """Processors that this process may use: those it is bound to, and what its container is granted of them."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        granted = bound if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        granted = bound
    return min(bound, granted)


def memory_in_use(device: torch.device) -> int:
    """Bytes on the device; on the processor those of this process."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device)
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return peak_memory(device)


def peak_memory(device: torch.device) -> int:
    """The most bytes that were in use so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved(device)
    if resource is None:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
