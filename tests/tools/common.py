"""What the tests of the tools share: where things are, and how a tool is run."""
import argparse
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SKIP = 77       # exit code that tells ctest "not run here"
TIMEOUT = 120   # seconds; sanitizers are slow


def arguments(doc):
    """A parser with the two folders that every test needs; of the preset `dev` if not given."""
    build = SOURCE / "build" / "dev"
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--tools", type=pathlib.Path, default=build / "tools",
                        help="folder of the tools")
    parser.add_argument("--samples", type=pathlib.Path, default=build / "samples",
                        help="folder made by samples/make-ram --out")
    return parser


def environment(tools):
    """The same surroundings everywhere: no colour, UTC, plain locale, the tools in PATH."""
    keep = {name: value for name, value in os.environ.items()
            if name in ("HOME", "TMPDIR", "LD_LIBRARY_PATH") or name.endswith("SAN_OPTIONS")}
    return keep | {"PATH": f"{tools.resolve()}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                   "TZ": "UTC", "TERM": "dumb",
                   "SNAPFMT_SOURCE": str(SOURCE)}


def run(tools, argv, **options):
    """A finished process with its output as text; bytes that are no UTF-8 are escaped."""
    return subprocess.run(argv, capture_output=True, env=environment(tools), timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, text=True, encoding="utf-8",
                          errors="backslashreplace", **options)


def samples(folder):
    """The samples, each as the path that a tool is given."""
    found = sorted(meta.with_suffix("") for meta in folder.glob("*/vm.meta"))
    if not found:
        raise SystemExit(f"{folder}: no samples; samples/make-ram --out {folder} makes them")
    return found


def commands(tools, *parents):
    """Names of the commands below snapinfo or below one of its commands, from the help."""
    text = run(tools, ["snapinfo", *parents, "--help"]).stdout
    if "Subcommands:" not in text:
        return []
    names = []
    for line in text[text.index("Subcommands:"):].splitlines()[1:]:
        if not line.startswith("  "):
            break
        if line[2] != " ":
            names.append(line.split()[0])
    return names


def command_paths(tools):
    """Every command as a list of words: [], ["show"], ["mem"], ["mem", "read"] ..."""
    yield []
    for command in commands(tools):
        yield [command]
        for nested in commands(tools, command):
            yield [command, nested]
