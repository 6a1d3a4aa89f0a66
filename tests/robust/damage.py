#!/usr/bin/env python3
"""Damages samples in every way and sees that snapinfo says so and lives.

usage: damage.py SNAPINFO SAMPLES [--long] [--seed N] [--memory MIB]

Each sample's .kern and .meta are cut at every length (a sample of lengths above 64 KiB) and
have bytes changed at random. Each command must exit with 0, 1 or 2 within 10 s, say
something on standard error when it exits with 2, naming a file, and stay below --memory
MiB of resident memory. Without --long a share of all that is done, in about half a minute.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile

COMMANDS = (["id"], ["show"], ["fields", "--json"])
DENSE = 64 << 10


def lengths(size, share, rng):
    """Lengths to cut a file at."""
    every = list(range(min(size, DENSE))) + [rng.randrange(size) for _ in range(size // 4096)]
    return sorted(rng.sample(every, max(1, int(len(every) * share))))


def changed(data, rng):
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8, 64))):
        at = rng.randrange(len(out))
        out[at] = rng.choice((0, 0xff, rng.randrange(256), out[at] ^ 1 << rng.randrange(8)))
    return bytes(out)


class Checker:
    def __init__(self, tool, memory):
        self.tool, self.memory, self.runs, self.failures, self.peak = tool, memory, 0, [], 0

    def check(self, snapshot, command, what):
        self.runs += 1
        with tempfile.TemporaryFile() as errors:
            child = subprocess.Popen([self.tool, *command, snapshot], stdout=subprocess.DEVNULL,
                                     stderr=errors)
            signal.alarm(10)
            try:
                _, status, usage = os.wait4(child.pid, 0)
            except TimeoutError:
                child.kill()
                child.wait()
                return self.fail(what, command, "hangs")
            finally:
                signal.alarm(0)
            code = child.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            said = errors.read().decode(errors="replace")
        self.peak = max(self.peak, usage.ru_maxrss)
        if code not in (0, 1, 2):
            self.fail(what, command, f"exit {code}: {said[-400:]}")
        elif code == 2 and "vm" not in said:
            self.fail(what, command, f"names no file: {said!r}")
        elif usage.ru_maxrss > self.memory << 10:
            self.fail(what, command, f"{usage.ru_maxrss >> 10} MiB")

    def fail(self, what, command, how):
        self.failures.append(f"{what}: {' '.join(command)}: {how}")
        print(self.failures[-1], file=sys.stderr)


def damage(checker, sample, scratch, share, rng):
    for suffix in (".kern", ".meta"):
        for other in (".kern", ".meta"):
            shutil.copy(sample / f"vm{other}", scratch / f"vm{other}")
        whole = (sample / f"vm{suffix}").read_bytes()
        target = scratch / f"vm{suffix}"
        name = f"{sample.name}/vm{suffix}"
        for n, size in enumerate(lengths(len(whole), share, rng)):
            target.write_bytes(whole[:size])
            checker.check(str(scratch / "vm"), COMMANDS[n % 3], f"{name} cut at {size}")
        for n in range(int(4000 * share) + 4):
            target.write_bytes(changed(whole, rng))
            checker.check(str(scratch / "vm"), COMMANDS[n % 3], f"{name} change {n}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("tool")
    parser.add_argument("samples", type=pathlib.Path)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, default=64)
    args = parser.parse_args()

    def on_alarm(_signal, _frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, on_alarm)
    rng = random.Random(args.seed)
    checker = Checker(args.tool, args.memory)
    samples = sorted(p.parent for p in args.samples.glob("*/vm.meta"))
    if not samples:
        sys.exit(f"{args.samples}: no samples")
    with tempfile.TemporaryDirectory() as scratch:
        for sample in samples:
            damage(checker, sample, pathlib.Path(scratch), 1 if args.long else 0.0006, rng)
    print(f"{checker.runs} runs on {len(samples)} samples, at most {checker.peak >> 10} MiB; "
          f"{len(checker.failures)} failed")
    sys.exit(1 if checker.failures or not checker.runs else 0)


if __name__ == "__main__":
    main()
