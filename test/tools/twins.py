#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that path = name = test = section: every header include/zddm/F/N.hpp (but those of testing/) has its test
test/F/N.cpp that includes it first, its line F/N in test/tests.txt with the component its folder needs, and its section
`## N` in docs/reference/F.md, a policy its line in docs/reference/policies.md; and that no test stands outside the manifest and no line of it without a header.

twins.py [ROOT]        prints every violation, fails if there is one
twins.py --self-test   checks itself
"""
import pathlib
import re
import sys
import tempfile

# Folders of test/ whose files have no header of their own name.
EXTRA = {"explore", "protocol", "processes", "examples", "matrix"}
# Folders of test/ that hold no tests of the manifest.
APART = {"tools", "consumer", "compile_fail", "bench"}
COMPONENT = {"backfill": "bulk", "verify": "bulk", "sqlite": "sqlite", "lmdb": "lmdb", "postgres": "postgres", "cli": "cli"}
# Folders whose headers are policies, which docs/reference/policies.md lists, but for these.
AXES = {"gate", "cache", "failure", "consistency", "observer"}
NOT_POLICIES = {"histogram", "meter"}
WORDS = {"script", "example", "program", "bench"}


def manifest(root):
    """The tests of the manifest as (name, components), and the lines that stand twice."""
    lines = [l.strip() for l in (root / "test/tests.txt").read_text(encoding="utf-8").splitlines()]
    lines = [l for l in lines if l and not l.startswith("#")]
    tests = [(w[0], set(w[1:])) for w in (l.split() for l in lines) if w[0] not in WORDS]
    names = [name for name, _ in tests]
    twice = sorted({n for n in names if names.count(n) > 1} | {l for l in lines if lines.count(l) > 1})
    return dict(tests), twice


def violations(root):
    tests, twice = manifest(root)
    for name in twice:
        yield f"test/tests.txt: {name} stands twice"
    headers = {p.relative_to(root / "include/zddm").with_suffix("").as_posix() for p in (root / "include/zddm").glob("*/**/*.hpp")}
    for name in sorted(h for h in headers if not h.startswith("testing/")):
        folder, _, last = name.partition("/")
        test = root / f"test/{name}.cpp"
        if not test.exists():
            yield f"include/zddm/{name}.hpp: no test test/{name}.cpp"
        elif (first := re.search(r"^\s*#\s*include\s*(\S+)", test.read_text(encoding="utf-8"), re.M)) is None or (
                first[1] != f"<zddm/{name}.hpp>"):
            yield f"test/{name}.cpp: must include <zddm/{name}.hpp> first"
        if name not in tests:
            yield f"include/zddm/{name}.hpp: no line {name} in test/tests.txt"
        page = root / f"docs/reference/{folder}.md"
        sections = re.findall(r"^## `?(\S+?)`?\s*$", page.read_text(encoding="utf-8"), re.M) if page.exists() else []
        if sections.count(last) != 1:
            yield f"include/zddm/{name}.hpp: {sections.count(last)} sections `## {last}` in docs/reference/{folder}.md, 1 is wanted"
    overview = root / "docs/reference/policies.md"
    listed = overview.read_text(encoding="utf-8") if overview.exists() else ""
    for name in sorted(headers):
        folder, _, last = name.partition("/")
        if folder in AXES and last not in NOT_POLICIES and f"({folder}.md#{last})" not in listed:
            yield f"include/zddm/{name}.hpp: no line in docs/reference/policies.md"
    for name, components in sorted(tests.items()):
        folder = name.split("/")[0]
        if not (root / f"test/{name}.cpp").exists():
            yield f"test/tests.txt: {name} has no test/{name}.cpp"
        if name not in headers and folder not in EXTRA:
            yield f"test/tests.txt: {name} has no include/zddm/{name}.hpp"
        if folder in COMPONENT and COMPONENT[folder] not in components:
            yield f"test/tests.txt: {name} needs the word {COMPONENT[folder]}"
    for test in sorted((root / "test").glob("*/**/*.cpp")):
        name = test.relative_to(root / "test").with_suffix("").as_posix()
        if name not in tests and name.split("/")[0] not in APART:
            yield f"test/{name}.cpp: no line {name} in test/tests.txt, so it never runs"


def self_test():
    good = {
        "include/zddm/core/a.hpp": "", "test/core/a.cpp": "// x\n#include <zddm/core/a.hpp>\n#include <vector>\n",
        "include/zddm/lmdb/store.hpp": "", "test/lmdb/store.cpp": "#include <zddm/lmdb/store.hpp>\n",
        "include/zddm/testing/laws.hpp": "", "test/explore/rows.cpp": "", "test/compile_fail/x.cpp": "",
        "docs/reference/core.md": "# core\n\n## a\n", "docs/reference/lmdb.md": "## store\n",
        "test/tests.txt": "# c\ncore/a\nlmdb/store lmdb\nexplore/rows sqlite\nscript test/tools/x.py\nscript test/tools/y.py\n",
    }

    def found(files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in files.items():
                if text is not None:
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(text)
            return list(violations(root))

    if got := found(good):
        raise SystemExit(f"a good tree was refused: {got}")
    lines = good["test/tests.txt"]
    bad = [
        ("no test", {"test/core/a.cpp": None}),
        ("first", {"test/core/a.cpp": "#include <vector>\n#include <zddm/core/a.hpp>\n"}),
        ("first", {"test/core/a.cpp": "int x;\n"}),
        ("no line", {"test/tests.txt": lines.replace("core/a\n", "")}),
        ("never runs", {"test/tests.txt": lines.replace("explore/rows sqlite\n", "")}),
        ("0 sections", {"docs/reference/core.md": "# core\n## ab\n"}),
        ("0 sections", {"docs/reference/lmdb.md": None}),
        ("2 sections", {"docs/reference/core.md": "## a\n## a\n"}),
        ("has no include", {"include/zddm/core/a.hpp": None}),
        ("has no test/", {"test/tests.txt": lines + "core/gone\n"}),
        ("needs the word lmdb", {"test/tests.txt": lines.replace("store lmdb", "store")}),
        ("no line in docs/reference/policies.md", {
            "include/zddm/gate/g.hpp": "", "test/gate/g.cpp": "#include <zddm/gate/g.hpp>\n", "docs/reference/gate.md": "## g\n",
            "test/tests.txt": lines + "gate/g\n", "docs/reference/policies.md": "[h](gate.md#h)\n"}),
        ("stands twice", {"test/tests.txt": lines + "core/a sqlite\n"}),
        ("stands twice", {"test/tests.txt": lines + "script test/tools/x.py\n"}),
    ]
    for want, change in bad:
        if not any(want in line for line in found({**good, **change})):
            raise SystemExit(f"not noticed ({want}): {change}")


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    lines = list(violations(pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).resolve().parents[2]))
    print("\n".join([*lines, f"twins: {len(lines)} violations"]))
    sys.exit(1 if lines else 0)
