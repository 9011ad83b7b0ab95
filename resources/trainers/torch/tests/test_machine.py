"""What the trainer makes of the machine."""

import platform
import subprocess
import sys

import pytest

# Faults of pages in forty steps that take 24 MB in pieces and free them, without and with the setting; a process of its own, for it stays set.
_program = """
import resource, sys, torch
from trainyard_torch.training.machine import keep_freed_memory
if sys.argv[1] == "kept": keep_freed_memory()
def steps(count):
    for _ in range(count):
        pieces = [torch.ones(1 << 20) for _ in range(6)]
        del pieces
def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
steps(2)
before = faults()
steps(40)
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_memory_that_a_step_freed_is_there_for_the_next_one_without_a_fault() -> None:
    def faults(kept: str) -> int:
        ended = subprocess.run([sys.executable, "-c", _program, kept], capture_output=True, text=True, check=True)
        return int(ended.stdout)

    assert faults("kept") * 10 < faults("given-back")
