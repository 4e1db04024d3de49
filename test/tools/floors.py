#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks who includes whom under include/zddm: a header includes its own folder and lower floors, no other. So verify/ shares no
code with backfill/, its neighbour on one floor: a mistake in how one walks the stores cannot hide in the other.

floors.py [ROOT]        prints every violation, fails if there is one
floors.py --self-test   checks itself
"""
import pathlib
import re
import sys
import tempfile

FLOORS = {
    "core": 1, "lifecycle": 2, "policy": 3,
    "cache": 4, "gate": 4, "failure": 4, "consistency": 4, "observer": 4,
    "proxy": 5, "": 5,  # "" is zddm/zddm.hpp itself
    "backfill": 6, "verify": 6,
    "memory": 7, "sqlite": 7, "lmdb": 7, "rocksdb": 7, "postgres": 7, "redis": 7,
    "cli": 8,
}
# Libraries that stay in their folders; testing/ may use any.
GUESTS = {
    r"range/": {"backfill", "verify", "cli"},
    r"CLI/|fmt/|nlohmann/": {"cli"},
    r"sqlite3\.h": {"sqlite"},
    r"lmdb\.h": {"lmdb"},
    r"libpq-fe\.h": {"postgres"},
    r"prometheus/": {"observer"},
    r"doctest|rapidcheck": set(),
    r"boost/hana\.hpp": set(),  # fine-grained Hana headers only
    r"boost/(?!hana/)": set(),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def violations(root):
    base = root / "include"
    for header in sorted((base / "zddm").rglob("*")):
        if header.is_dir():
            continue
        parts = header.relative_to(base / "zddm").parts
        folder = parts[0] if len(parts) > 1 else ""
        shown = header.relative_to(root)
        if header.suffix != ".hpp" or folder != "testing" and (len(parts) > 2 or folder not in FLOORS):
            yield f"{shown}: not a place for a header: FLOOR/NAME.hpp with a known floor is"
            continue
        for number, line in enumerate(header.read_text(encoding="utf-8").splitlines(), 1):
            if not (match := INCLUDE.match(line)):
                continue
            quote, target = match.groups()
            where = f"{shown}:{number}: includes {target}"
            if quote == '"':
                yield f"{where} in quotes: write <{target}>"
            if not target.startswith("zddm/"):
                for guest, homes in GUESTS.items():
                    if re.match(guest, target) and folder not in homes and folder != "testing":
                        yield f"{where}, which belongs to {' and '.join(sorted(homes)) or 'no header'}"
                continue
            if not (base / target).exists():
                yield f"{where}, which is not there"
            inner = target.split("/")[1] if target.count("/") > 1 else ""
            if folder == "testing" or inner == folder != "":
                continue
            if inner == "testing":
                yield f"{where}: only testing/ may"
            elif FLOORS.get(inner, 99) >= FLOORS[folder] and not (folder == "" and FLOORS.get(inner, 99) <= 5):
                yield f"{where}: floor {FLOORS[folder]} must not reach {inner or 'zddm.hpp'} on floor {FLOORS.get(inner, '?')}"


def self_test():
    def found(files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                file = root / "include/zddm" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return list(violations(root))

    def inc(*targets):
        return "".join(f"#include <{t}>\n" for t in targets)

    good = {
        "zddm.hpp": inc("zddm/core/a.hpp", "zddm/proxy/p.hpp"),
        "core/a.hpp": inc("vector", "boost/hana/tuple.hpp"), "core/b.hpp": inc("zddm/core/a.hpp") + "// #include <fmt/x.h>\n",
        "gate/g.hpp": inc("zddm/core/a.hpp"), "cache/c.hpp": "", "proxy/p.hpp": inc("zddm/gate/g.hpp"),
        "verify/v.hpp": inc("range/v3/view/chunk.hpp", "zddm/proxy/p.hpp"), "sqlite/s.hpp": inc("sqlite3.h"),
        "testing/laws/t.hpp": inc("zddm/sqlite/s.hpp", "doctest/doctest.h", "boost/context/fiber.hpp"),
    }
    if got := found(good):
        raise SystemExit(f"a good tree was refused: {got}")
    bad = {
        "core/a.hpp": inc("zddm/gate/g.hpp"), "core/b.hpp": inc("range/v3/all.hpp"), "cache/c.hpp": inc("zddm/gate/g.hpp"),
        "core/d.hpp": inc("zddm/core/gone.hpp"), "core/e.hpp": '#include "zddm/core/a.hpp"\n', "proxy/p.hpp": inc("zddm/testing/laws/t.hpp"),
        "gate/h.hpp": inc("zddm/zddm.hpp"), "sqlite/s.hpp": inc("zddm/cache/c.hpp", "lmdb.h"), "attic/x.hpp": "",
        "core/deep/x.hpp": "", "core/f.hpp": inc("boost/hana.hpp"), "core/h.hpp": inc("boost/optional.hpp"),
        "verify/v.hpp": inc("fmt/core.h"), "verify/w.hpp": inc("zddm/backfill/b.hpp"), "backfill/b.hpp": inc("zddm/verify/v.hpp"), "core/i.hpp": inc("doctest/doctest.h"),
    }
    for path, text in bad.items():
        if not any(f"include/zddm/{path}" in line for line in found({**good, path: text})):
            raise SystemExit(f"not noticed: {path}: {text}")


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    lines = list(violations(pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).resolve().parents[2]))
    print("\n".join([*lines, f"floors: {len(lines)} violations"]))
    sys.exit(1 if lines else 0)
