#!/usr/bin/env python3
"""Runs the command-line tests in cases/<group>/<name>/.

A case is a folder of text files:

  cmd                    a shell script; samples/ is beside it, the tools are in PATH
  stdout, stderr         what it must print, to the byte
  stdout.glob, ...       or patterns: `*` is any text, `?` any character, and a line `...`
                         any number of lines
  exit                   its exit code, if that is not 0

Without a file for it a stream must be empty. Each case runs in a folder of its own.
--update writes stdout, stderr and exit as they are now, but leaves patterns alone.
"""
import difflib
import pathlib
import re
import sys
import tempfile

import common

CASES = pathlib.Path(__file__).resolve().parent / "cases"


def pattern(text):
    """The regular expression for a .glob file."""
    out = []
    for line in text.splitlines():
        if line == "...":
            out.append(r"(?:[^\n]*\n)*")
        else:
            escaped = re.escape(line).replace(r"\*", r"[^\n]*").replace(r"\?", r"[^\n]")
            out.append(escaped + r"\n")
    return re.compile("".join(out))


def compare(case, stream, got):
    """What is wrong with a stream, in lines; nothing if it is as it should be."""
    glob = case / f"{stream}.glob"
    if glob.exists():
        want = glob.read_text()
        if pattern(want).fullmatch(got):
            return []
    else:
        exact = case / stream
        want = exact.read_text() if exact.exists() else ""
        if want == got:
            return []
    return list(difflib.unified_diff(want.splitlines(), got.splitlines(), f"{stream} wanted",
                                     f"{stream} printed", lineterm=""))


def update(case, result):
    for stream in ("stdout", "stderr"):
        text = getattr(result, stream)
        if (case / f"{stream}.glob").exists():
            continue
        if text:
            (case / stream).write_text(text)
        else:
            (case / stream).unlink(missing_ok=True)
    if result.returncode:
        (case / "exit").write_text(f"{result.returncode}\n")
    else:
        (case / "exit").unlink(missing_ok=True)


def run_case(case, options):
    """Lines that say what differs."""
    with tempfile.TemporaryDirectory(prefix="snapfmt-") as scratch:
        (pathlib.Path(scratch) / "samples").symlink_to(options.samples.resolve())
        result = common.run(options.tools, ["sh", str(case / "cmd")], cwd=scratch)
    if options.update:
        update(case, result)
    exit_file = case / "exit"
    wanted = int(exit_file.read_text()) if exit_file.exists() else 0
    wrong = [] if result.returncode == wanted else [f"exit {result.returncode}, wanted {wanted}"]
    return wrong + compare(case, "stdout", result.stdout) + compare(case, "stderr", result.stderr)


def main():
    parser = common.arguments(__doc__.split("\n\n")[0])
    parser.add_argument("--update", action="store_true", help="accept what is printed now")
    parser.add_argument("cases", nargs="*", help="<group> or <group>/<name>; default: all")
    options = parser.parse_args()
    chosen = [cmd.parent for cmd in sorted(CASES.glob("*/*/cmd"))]
    if options.cases:
        names = set(options.cases)
        chosen = [c for c in chosen if names & {c.parent.name, f"{c.parent.name}/{c.name}"}]
    if not chosen:
        sys.exit("no such case")
    common.samples(options.samples)
    failed = 0
    for case in chosen:
        wrong = run_case(case, options)
        failed += bool(wrong)
        if wrong:
            print(f"FAILED {case.relative_to(CASES)}: {(case / 'cmd').read_text().strip()}")
            print("\n".join("  " + line for line in wrong))
    print(f"{len(chosen) - failed} of {len(chosen)} cases pass")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
