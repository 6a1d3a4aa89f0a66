#!/usr/bin/env python3
"""Holds every schema file against its meta schema (schemas/meta/), the wrong ones too.

usage: meta_schemas.py SCHEMAS DATA     (schemas/ and tests/data/schema/)
"""
import json
import sys
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)  # what ctest is told: not run here

KINDS = ("registers", "elements", "layouts", "profiles")


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def validators(folder):
    found = {}
    for kind in KINDS:
        meta = load(folder / f"{kind}.json")
        Draft202012Validator.check_schema(meta)
        found[kind] = Draft202012Validator(meta)
    return found


def pointer(error):
    return "/" + "/".join(str(part) for part in error.absolute_path)


def check_right(by_kind, folder):
    """Complaints about files that are right; there must be some of each kind."""
    for kind, validator in by_kind.items():
        files = sorted((folder / kind).glob("*.json"))
        if not files:
            yield f"{folder / kind}: no schema files"
        for path in files:
            for error in validator.iter_errors(load(path)):
                yield f"{path}: {pointer(error)}: {error.message:.200}"


def check_wrong(by_kind, folder):
    """Complaints about wrong files that are not judged as they say."""
    cases = sorted(folder.glob("*.json"))
    if len(cases) < 40:
        yield f"{folder}: {len(cases)} files only"
    for path in cases:
        case = load(path)
        if "text" in case:
            continue  # wrong as JSON already
        refused = not by_kind[case["folder"]].is_valid(case["file"])
        if refused != case["meta_refuses"]:
            yield f"{path}: {'refused' if refused else 'not refused'} by the meta schema"


def main(schemas, data):
    by_kind = validators(schemas / "meta")
    complaints = [
        *check_right(by_kind, schemas),
        *check_right(by_kind, data / "base"),
        *check_wrong(by_kind, data / "wrong"),
    ]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
