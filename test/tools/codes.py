#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that every error code has one section `## ZD-nnn` in docs/reference/errors.md, in ascending order: each code that
stands in a header as the argument of a call or initialiser, and each ZD-nnn that a header or page speaks of; and that
no section is about a code that no header has.

codes.py [ROOT]        prints every violation, fails if there is one
codes.py --self-test   checks itself
"""
import pathlib
import re
import sys
import tempfile

# A number of three digits alone between the commas of a call, an initialiser or a default; round hundreds are no codes.
CODE = re.compile(r"(?:\w\(|\{|,\s*|\bcode = |\A|\n\s*)(?!\d00)([1-4]\d\d)(?=,|\);|\)\s*:|\))")
NOISE = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*')


def codes_of(text):
    return {int(n) for n in CODE.findall(NOISE.sub('""', text))}


def spoken_of(text):
    return {int(n) for n in re.findall(r"ZD-(\d{3})\b", text)}


def violations(root):
    page = root / "docs/reference/errors.md"
    sections = [int(n) for n in re.findall(r"^## ZD-(\d{3})\s*$", page.read_text(encoding="utf-8"), re.M)] if page.exists() else []
    for code in sorted({c for c in sections if sections.count(c) > 1}):
        yield f"docs/reference/errors.md: {sections.count(code)} sections about ZD-{code}"
    for before, after in zip(sections, sections[1:]):
        if after < before:
            yield f"docs/reference/errors.md: ZD-{after} stands after ZD-{before}"
    used = set()
    headers = [h for h in sorted((root / "include/zddm").rglob("*.hpp")) if "testing" not in h.relative_to(root).parts]
    for header in headers:
        text = header.read_text(encoding="utf-8")
        used |= codes_of(text)
        for code in sorted((codes_of(text) | spoken_of(text)) - set(sections)):
            yield f"{header.relative_to(root)}: ZD-{code} has no section in docs/reference/errors.md"
    for page in sorted((root / "docs").rglob("*.md")):
        for code in sorted(spoken_of(page.read_text(encoding="utf-8")) - set(sections)):
            yield f"{page.relative_to(root)}: ZD-{code} has no section in docs/reference/errors.md"
    for code in sorted(set(sections) - used):
        yield f"docs/reference/errors.md: no header raises ZD-{code}"


def self_test():
    header = ('error(int code = 101);\nexplicit u(string t) : error(102, t) {}\nthrow store_error(permanent, "a, 198, b" + x,\n'
              "    103);\nreturn {104, transient};\nsleep(100); f(x <= 199, 5'105, 0x106); // 107,\n")
    sections = "## ZD-101\n\n## ZD-102\n## ZD-103\nas ZD-104\n## ZD-104\n"
    assert codes_of(header) == {101, 102, 103, 104}, codes_of(header)
    cases = [
        ("", header, sections),
        ("hpp: ZD-105 has no", header + "refuse(105, x);", sections),
        ("hpp: ZD-105 has no", header + "// see ZD-105\n", sections),
        ("md: ZD-105 has no", header, sections + "as ZD-105\n"),
        ("2 sections about ZD-101", header, "## ZD-101\n" + sections),
        ("ZD-100 stands after ZD-104", header, sections + "## ZD-100\n"),
        ("no header raises ZD-105", header, sections + "## ZD-105\n"),
    ]
    for want, text, page in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "include/zddm/core").mkdir(parents=True)
            (root / "docs/reference").mkdir(parents=True)
            (root / "include/zddm/core/x.hpp").write_text(text)
            (root / "docs/reference/errors.md").write_text(page)
            got = list(violations(root))
        if not want and got or want and not any(want in line for line in got):
            raise SystemExit(f"wanted {want!r}, got {got}")


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    lines = list(violations(pathlib.Path(sys.argv[1]) if sys.argv[1:] else pathlib.Path(__file__).resolve().parents[2]))
    print("\n".join([*lines, f"codes: {len(lines)} violations"]))
    sys.exit(1 if lines else 0)
