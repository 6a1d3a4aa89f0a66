#!/usr/bin/env python3
"""Runs what the documents show: the README's commands on the samples, and its program; and
sees that docs/json.md has a section for each document in docs/schema/."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import common


def code_blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def shell_lines(readme):
    """Each `snapinfo ...` line, without its comment."""
    for block in code_blocks(readme, "sh"):
        for line in block.splitlines():
            line = re.sub(r"\s+# .*", "", line)
            if line.startswith("snapinfo "):
                yield line


def check_commands(options, readme):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "samples").symlink_to(options.samples.resolve())
        count = 0
        for line in shell_lines(readme):
            if "jq" in line and not shutil.which("jq"):
                print(f"jq is not here: not run: {line}")
                continue
            count += 1
            result = common.run(options.tools, ["bash", "-o", "pipefail", "-c", line], cwd=folder)
            if result.returncode not in (0, 1) or not result.stdout:
                yield f"{line}: exit {result.returncode}: {result.stderr}"
        if count == 0:
            yield "the README has no command"


def check_program(readme):
    """The README's program compiles against the public headers."""
    programs = code_blocks(readme, "cpp")
    if not programs:
        yield "the README has no program"
    for program in programs:
        result = subprocess.run(
            ["g++", "-std=c++23", "-fsyntax-only", "-x", "c++", "-Wall", "-Werror",
             f"-I{common.SOURCE / 'libsnapfmt' / 'include'}", "-"],
            input=program, text=True, capture_output=True, check=False)
        if result.returncode != 0:
            yield f"the README's program: {result.stderr}"


def check_json_documents():
    text = (common.SOURCE / "docs" / "json.md").read_text()
    for schema in sorted((common.SOURCE / "docs" / "schema").glob("*.json")):
        name = re.sub(r"\.(\d+)$", r"/\1", schema.stem)
        if f"`{name}`" not in text:
            yield f"docs/json.md says nothing of {name}"


def main():
    options = common.arguments(__doc__).parse_args()
    readme = (common.SOURCE / "README.md").read_text()
    problems = [*check_commands(options, readme), *check_program(readme), *check_json_documents()]
    print("\n".join(problems) or "the documents hold")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
