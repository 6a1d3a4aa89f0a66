#!/usr/bin/env python3
"""Holds every command's output for people to 80 columns, on every sample, and so every --help."""
import sys

import common

WIDTH = 80
# Each with a sample at the end; a command that is not there yet is left out.
ON_A_SAMPLE = {
    "show": [[], ["--all"], ["--ram"]],
    "id": [[], ["--all"]],
    "fields": [[], ["--all"], ["--long"]],
    "regs": [[], ["--cpu", "all"]],
    "mem": [["list"], ["stats"], ["walk", "--gva", "rip"], ["disas", "--gva", "rip"],
            ["read", "--hex", "--gva", "rsp", "--len", "300"]],
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
    present = common.commands(options.tools)
    for command in present:
        yield ["snapinfo", command, "--help"]
        for arguments in ALONE.get(command, []):
            yield ["snapinfo", command, *arguments]
        for arguments in ON_A_SAMPLE.get(command, []):
            for sample in common.samples(options.samples):
                yield ["snapinfo", command, *arguments, str(sample)]


def main():
    options = common.arguments(__doc__).parse_args()
    failed = 0
    for argv in [["snapinfo", "--help"], *command_lines(options)]:
        result = common.run(options.tools, argv)
        wide = [line for line in result.stdout.splitlines() if len(line) > WIDTH]
        trailing = [line for line in result.stdout.splitlines()
                    if line != line.rstrip() and "--help" not in argv]
        if result.returncode == 2 or wide or trailing:
            failed += 1
            print(f"FAILED {' '.join(argv)}: exit {result.returncode}, {len(wide)} wide lines, "
                  f"{len(trailing)} with blanks at the end")
            print("\n".join(wide[:3] + trailing[:3]) + result.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
