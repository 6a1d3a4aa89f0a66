#!/usr/bin/env python3
"""Holds man/snapinfo.1 against the tool: mandoc finds nothing to say, and the page has every
command and every option that --help has, and no other option."""
import re
import shutil
import sys

import common

PAGE = common.SOURCE / "man" / "snapinfo.1"


def options_of_help(text):
    """Long options: those that begin a line of the lists, not those of examples."""
    return {name for line in text.splitlines()
            for name in re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]*)", line)}


def compare(tools, page):
    """What page and help do not agree on."""
    paths = [*common.command_paths(tools)]
    helps = [common.run(tools, ["snapinfo", *words, "--help"]).stdout for words in paths]
    in_help = set().union(*map(options_of_help, helps))
    in_page = {"-" + name for name in re.findall(r"Fl (-[a-z][a-z-]*)", page)}
    yield from (f"{name} is not in the page" for name in sorted(in_help - in_page))
    yield from (f"{name} is in the page only" for name in sorted(in_page - in_help))
    for words in paths:
        if words and not re.search(rf"^\.It Cm {' '.join(words)}\b", page, re.M):
            yield f"command {' '.join(words)} is not in the page"


def lint(tools):
    if not shutil.which("mandoc"):
        print("mandoc is not here: the page was not linted")
        return []
    return common.run(tools, ["mandoc", "-Tlint", "-W", "warning", str(PAGE)]).stdout.splitlines()


def main():
    options = common.arguments(__doc__).parse_args()
    problems = [*compare(options.tools, PAGE.read_text()), *lint(options.tools)]
    print("\n".join(problems) or "the page and the tool agree")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
