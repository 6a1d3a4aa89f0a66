#!/usr/bin/env python3
"""Holds man/snapinfo.1 against the tool: mandoc finds nothing to say, and the page has every
command and every option that --help has, and no other option."""
import re
import shutil
import sys

import common

PAGE = common.SOURCE / "man" / "snapinfo.1"
NESTED = {"mem": ["list", "read", "disas", "walk", "stats"]}


def help_texts(tools):
    yield common.run(tools, ["snapinfo", "--help"]).stdout
    for command in common.commands(tools):
        yield common.run(tools, ["snapinfo", command, "--help"]).stdout
        for inner in NESTED.get(command, []):
            yield common.run(tools, ["snapinfo", command, inner, "--help"]).stdout


def options_of_help(text):
    """Long options: those that begin a line of the lists, not those of examples."""
    return {name for line in text.splitlines()
            for name in re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", line)}


def main():
    options = common.arguments(__doc__).parse_args()
    problems = []
    page = PAGE.read_text()
    in_page = {"-" + name for name in re.findall(r"Fl (-[a-z][a-z-]*)", page)}
    in_help = set().union(*map(options_of_help, help_texts(options.tools)))
    problems += [f"{name} is not in the page" for name in sorted(in_help - in_page)]
    problems += [f"{name} is in the page only" for name in sorted(in_page - in_help)]
    for command in common.commands(options.tools):
        if not re.search(rf"^\.(It )?Cm {command}\b", page, re.M):
            problems.append(f"command {command} is not in the page")
    if shutil.which("mandoc"):
        lint = common.run(options.tools, ["mandoc", "-Tlint", "-W", "warning", str(PAGE)])
        problems += lint.stdout.splitlines()
    else:
        print("mandoc is not here: the page was not linted")
    print("\n".join(problems) or "the page and the tool agree")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
