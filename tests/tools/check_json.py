#!/usr/bin/env python3
"""Validates what every --json command prints on every sample against docs/schema/."""
import json
import sys

import common

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(common.SKIP)

# Each with a sample at the end.
ON_A_SAMPLE = {
    "show": [[], ["--ram"]],
    "id": [[]],
    "fields": [[], ["cr0", "--long"], ["no-such-field"]],
    "regs": [[], ["--cpu", "all"]],
    "mem": [["list"], ["stats"], ["walk", "--gva", "rip"], ["disas", "--gva", "rip"],
            ["read", "--gva", "gdtr", "--len", "100"]],
}
ALONE = {
    "profiles": [[], ["freebsd-13.0"], ["freebsd-15.0"],
                 ["--diff", "freebsd-13.2", "freebsd-14.0"],
                 ["--diff", "freebsd-15.0", "freebsd-15.0"]],
    "layouts": [[], ["vmcx"], ["--registers"]],
}
# The largest values that a JSON number is sure to carry.
SAFE = 1 << 53


def no_twin_keys(pairs):
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError(f"a key twice in {sorted(k for k, _ in pairs)}")
    return out


def safe_integer(text):
    if abs(int(text)) >= SAFE:
        raise ValueError(f"{text} is not safe as a JSON number")
    return int(text)


def parse(text):
    return json.loads(text, object_pairs_hook=no_twin_keys, parse_int=safe_integer)


class Schemas:
    def __init__(self):
        self.validators = {}
        for path in (common.SOURCE / "docs/schema").glob("*.json"):
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            name = schema["properties"]["schema"]["const"]
            if path.name != name.replace("/", ".") + ".json":
                raise SystemExit(f"{path}: describes {name}")
            self.validators[name] = jsonschema.Draft202012Validator(schema)
        self.used = set()

    def problems(self, text):
        """What is wrong with one document; nothing if all is well."""
        try:
            document = parse(text)
        except ValueError as error:
            return [str(error)]
        name = next(iter(document.values())) if next(iter(document), "") == "schema" else None
        if name not in self.validators:
            return [f"does not begin with a schema that docs/schema has: {name}"]
        self.used.add(name)
        return [f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                for error in self.validators[name].iter_errors(document)]


def command_lines(options):
    present = common.commands(options.tools)
    for command in present:
        if command not in ON_A_SAMPLE and command not in ALONE:
            raise SystemExit(f"{command}: this test does not know how to run it")
        for arguments in ALONE.get(command, []):
            yield ["snapinfo", command, "--json", *arguments]
        for arguments in ON_A_SAMPLE.get(command, []):
            for sample in common.samples(options.samples):
                if command == "mem":
                    yield ["snapinfo", command, arguments[0], "--json", *arguments[1:], str(sample)]
                else:
                    yield ["snapinfo", command, "--json", str(sample), *arguments]


def main():
    options = common.arguments(__doc__).parse_args()
    schemas, failed = Schemas(), 0
    for argv in command_lines(options):
        pretty = common.run(options.tools, argv)
        problems = schemas.problems(pretty.stdout)
        compact = common.run(options.tools, [*argv, "--compact"])
        if not problems and parse(compact.stdout) != parse(pretty.stdout):
            problems = ["--compact says something else"]
        if not problems and compact.stdout.count("\n") != 1:
            problems = ["--compact is not one line"]
        if pretty.returncode not in (0, 1) or problems:
            failed += 1
            print(f"FAILED {' '.join(argv)}: exit {pretty.returncode}")
            print("\n".join("  " + p for p in problems[:3]), pretty.stderr)
    for name in sorted(set(schemas.validators) - schemas.used):
        failed += 1
        print(f"FAILED docs/schema has {name}, and nothing here prints it")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
