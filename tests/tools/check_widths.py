#!/usr/bin/env python3
"""Holds every command's output for people to 80 columns, on every sample, and so every --help."""
import sys

import common

WIDTH = 80
# Each with a sample at the end.
ON_A_SAMPLE = {
    "show": [[], ["--all"], ["--ram"]],
    "id": [[], ["--all"]],
    "fields": [[], ["--all"], ["--long"]],
    "regs": [[], ["--cpu", "all"]],
    "mem": [["list"], ["stats"], ["walk", "--gva", "rip"], ["disas", "--gva", "rip"],
            ["read", "--hex", "--gva", "gdtr", "--len", "300"]],
}
ALONE = {
    "profiles": [[], ["freebsd-13.0"], ["freebsd-13.1"], ["freebsd-13.2"], ["freebsd-14.0"],
                 ["freebsd-15.0"], ["--diff", "freebsd-13.0", "freebsd-13.1"],
                 ["--diff", "freebsd-13.2", "freebsd-14.0"],
                 ["--diff", "freebsd-14.0", "freebsd-15.0"]],
    "layouts": [[], ["vmcx"], ["vlapic", "--bits"], ["xhci"], ["vm"], ["ahci", "--bits"],
                ["--registers"], ["--registers", "cr0"]],
}


def command_lines(options):
    for words in common.command_paths(options.tools):
        yield ["snapinfo", *words, "--help"]
    for command in common.commands(options.tools):
        for arguments in ALONE.get(command, []):
            yield ["snapinfo", command, *arguments]
        for arguments in ON_A_SAMPLE.get(command, []):
            for sample in common.samples(options.samples):
                yield ["snapinfo", command, *arguments, str(sample)]


def problems(options, argv):
    result = common.run(options.tools, argv)
    lines = result.stdout.splitlines()
    wide = [line for line in lines if len(line) > WIDTH]
    # CLI11 leaves blanks in some lines of its own help.
    trailing = [line for line in lines if line != line.rstrip() and "--help" not in argv]
    found = [f"{len(line)} columns: {line}" for line in wide[:3]]
    found += [f"blanks at the end: {line}" for line in trailing[:3]]
    if result.returncode == 2 or not result.stdout.endswith("\n"):
        found.append(f"exit {result.returncode}: {result.stderr}")
    return found


def main():
    options = common.arguments(__doc__).parse_args()
    failed = 0
    for argv in command_lines(options):
        found = problems(options, argv)
        failed += bool(found)
        if found:
            print(f"FAILED {' '.join(argv)}")
            print("\n".join("  " + line for line in found))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
