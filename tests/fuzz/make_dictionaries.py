#!/usr/bin/env python3
"""Writes dictionaries for the fuzz targets, from the schemas.

usage: make_dictionaries.py SCHEMAS OUT

OUT/schema.dict has the words of the schema language, OUT/index.dict and OUT/identify.dict
those of F.meta with the names of blocks and devices, OUT/layout.dict the numbers that
conditions and expectations compare with. Then: fuzz_schema -dict=OUT/schema.dict CORPUS
"""
import json
import sys
from pathlib import Path

INDEX_WORDS = ("basic metadata", "kernel", "kern_structs", "devices", "device", "debug_name",
               "snapshot_req", "size", "file_offset", "ncpus", "vmname", "memsize", "memflags")


def load_all(folder):
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def words_of_metas(folder):
    """Names of members, and strings that are enumerated, in the meta schemas."""
    found = set()

    def look(node):
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            found.update(w for w in node.get("enum", []) if isinstance(w, str))
            for inner in node.values():
                look(inner)
        elif isinstance(node, list):
            for inner in node:
                look(inner)

    for meta in load_all(folder):
        look(meta)
    return found


def numbers_of_layouts(folder):
    """Numbers after eq, ne, in and expect."""
    found = set()

    def take(value):
        if isinstance(value, str) and value.startswith("0x"):
            found.add(int(value, 16))
        elif isinstance(value, int):
            found.add(value)
        elif isinstance(value, list):
            for inner in value:
                take(inner)

    def look(node):
        if isinstance(node, list):
            for inner in node:
                look(inner)
        elif isinstance(node, dict):
            for name, inner in node.items():
                if name in ("eq", "ne", "in", "expect"):
                    take(inner)
                look(inner)

    for layout in load_all(folder):
        look(layout)
    return found


def quoted(data):
    safe = (chr(b) if 0x20 <= b < 0x7f and b not in b'"\\' else f"\\x{b:02x}" for b in data)
    return '"' + "".join(safe) + '"'


def write(path, entries):
    path.write_text("".join(quoted(entry) + "\n" for entry in sorted(entries)), encoding="ascii")


def main(schemas, out):
    out.mkdir(parents=True, exist_ok=True)
    profiles = load_all(schemas / "profiles")
    names = {block["block"] for profile in profiles for block in profile["kernel"]}
    names |= {device for profile in profiles for device in profile["devices"]}
    index = {f'"{word}"'.encode() for word in (*INDEX_WORDS, *names)}
    index |= {b"@pci.0.3.0", b"null", b"/*", b"*/", b"//"}
    write(out / "index.dict", index)
    write(out / "identify.dict", index)
    language = {f'"{word}"'.encode() for word in words_of_metas(schemas / "meta")}
    write(out / "schema.dict", language | {b"{i}", b"[{i}]", b"{i:x}", b"@slots", b"[*]"})
    numbers = set()
    for number in numbers_of_layouts(schemas / "layouts"):
        for size in (1, 2, 4, 8):
            if -1 << 8 * size - 1 <= number < 1 << 8 * size:
                numbers.add((number & (1 << 8 * size) - 1).to_bytes(size, "little"))
                break
    write(out / "layout.dict", numbers)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
