#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks the links of README.md and docs/**/*.md: each leads to a file, and to a heading of it where it names one; every page is
reached from README.md.

links.py               checks the tree
links.py --self-test   checks itself
"""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def prose(page):
    """The page without its code."""
    text = re.sub(r"^( *)(```|~~~).*?^ *\2 *$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda code: "`" + re.sub(r"[\[\]()]", "", code[0].strip("`")) + "`", text)


def anchors(page):
    """What the headings of a page are called in links to them."""
    found = {}
    for title in re.findall(r"^#+ +(.*?) *$", prose(page), flags=re.M):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        found[slug if slug not in found else f"{slug}-{found[slug]}"] = found.get(slug, 0) + 1
    return set(found)


def violations(root):
    pages = {p.resolve() for p in [root / "README.md", *(root / "docs").rglob("*.md")]}
    leads_to = {}
    for page in sorted(pages):
        leads_to[page] = set()
        for link in LINK.findall(prose(page)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                yield f"{page.relative_to(root)}: {link} leads nowhere"
            elif anchor and (target not in pages or anchor not in anchors(target)):
                yield f"{page.relative_to(root)}: {link} names a heading that is not there"
            leads_to[page].add(target)
    reached, next_ones = set(), {(root / "README.md").resolve()}
    while next_ones:
        reached |= next_ones
        next_ones = {t for page in next_ones for t in leads_to.get(page, ())} & pages - reached
    for page in sorted(pages - reached):
        yield f"{page.relative_to(root)}: no page leads here from README.md"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        (root / "docs").mkdir()
        (root / "README.md").write_text("# A\n[b](docs/b.md#two-words), [c](docs/no.md), `[x](y)`\n```\n[z](z)\n```\n")
        (root / "docs/b.md").write_text("## Two words!\n[back](../README.md#a) [no](#none) [web](https://x.org)\n")
        (root / "docs/alone.md").write_text("# Alone\n")
        assert list(violations(root)) == [
            "README.md: docs/no.md leads nowhere",
            "docs/b.md: #none names a heading that is not there",
            "docs/alone.md: no page leads here from README.md"], list(violations(root))


if sys.argv[1:] == ["--self-test"]:
    self_test()
elif sys.argv[1:]:
    raise SystemExit(__doc__)
else:
    found = list(violations(ROOT))
    print("\n".join([*found, f"links: {len(found)} violations"]))
    sys.exit(bool(found))
