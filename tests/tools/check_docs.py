#!/usr/bin/env python3
"""Runs what the documents show: every snapinfo command in them on the samples; where output is
shown, it must be that. Also sees that docs/json.md has a section for each schema."""
import pathlib
import re
import shutil
import sys
import tempfile

import common
from run_cases import pattern

DOCUMENTS = ["README.md", "docs/json.md", "samples/README.md"]
EXAMPLE = re.compile(r"^(?:\$ )?(snapinfo .*\bsamples/.*|snapinfo (?:profiles|layouts)\b.*)$")


def code_blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def without_memory(samples, folder):
    """The samples as a clone has them."""
    for sample in samples.iterdir():
        (folder / sample.name).mkdir(parents=True)
        for name in ("vm.kern", "vm.meta"):
            (folder / sample.name / name).symlink_to((sample / name).resolve())


def run_line(options, line, folder):
    return common.run(options.tools, ["bash", "-o", "pipefail", "-c", line], cwd=folder)


def check_commands(options, name, text, folder):
    """Commands without output: they must work, with guest memory."""
    for block in code_blocks(text, "sh"):
        for line in block.splitlines():
            line = re.sub(r"\s+# .*", "", line)
            if not EXAMPLE.match(line):
                continue
            if "jq" in line and not shutil.which("jq"):
                print(f"jq is not here: not run: {line}")
                continue
            result = run_line(options, line, folder)
            if result.returncode not in (0, 1) or not result.stdout or result.stderr:
                yield f"{name}: {line}: exit {result.returncode}: {result.stderr}"


def check_screens(options, name, text, folder):
    """Commands with output, in which a line `...` stands for any lines."""
    for block in code_blocks(text, "console"):
        prompt, shown = block.split("\n", 1)
        result = run_line(options, prompt.removeprefix("$ "), folder)
        if not pattern(shown).fullmatch(result.stdout):
            yield f"{name}: {prompt} prints this now:\n{result.stdout}{result.stderr}"


def check_json_documents():
    text = (common.SOURCE / "docs" / "json.md").read_text()
    for schema in sorted((common.SOURCE / "docs" / "schema").glob("*.json")):
        name = re.sub(r"\.(\d+)$", r"/\1", schema.stem)
        if f"`{name}`" not in text:
            yield f"docs/json.md says nothing of {name}"


def main():
    options = common.arguments(__doc__).parse_args()
    problems = [*check_json_documents()]
    with tempfile.TemporaryDirectory(prefix="snapfmt-") as scratch:
        whole, bare = pathlib.Path(scratch, "whole"), pathlib.Path(scratch, "bare")
        whole.mkdir()
        (whole / "samples").symlink_to(options.samples.resolve())
        without_memory(options.samples, bare / "samples")
        for name in DOCUMENTS:
            text = (common.SOURCE / name).read_text()
            problems += check_commands(options, name, text, whole)
            problems += check_screens(options, name, text, bare)
    print("\n".join(problems) or "the documents hold")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
