#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Takes the complete programs (fenced ```cpp blocks with an `int main`) out of README.md and docs/**/*.md.

docs.py extract FOLDER   writes each as FOLDER/PAGE-N.cpp and prints the names, one a line
docs.py list             prints the names alone
docs.py pages            prints the pages, one a line
docs.py --self-test      checks itself
"""
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^( *)(`{3,}|~{3,}) *(.*?) *$")


def pages(root):
    return [p for p in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if p.exists()]


def blocks(text):
    """Every fenced block as (line number of its first line, language, code)."""
    found, fence = [], None
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if fence is None:
            if match:
                fence, language, start, indent, code = match[2], match[3].split(" ")[0], number + 1, len(match[1]), []
        elif match and not match[3] and match[2].startswith(fence):
            found.append((start, language, "\n".join(code) + "\n"))
            fence = None
        else:
            code.append(line[indent:] if not line[:indent].strip() else line)
    if fence is not None:
        raise SystemExit(f"a fenced block that starts at line {start - 1} never ends")
    return found


def programs(root):
    """Every complete program as (name, code); the code names the page and line in its diagnostics."""
    for page in pages(root):
        path = page.relative_to(root)
        number = 0
        for line, language, code in blocks(page.read_text(encoding="utf-8")):
            if language == "cpp" and re.search(r"\bint main\b", code):
                number += 1
                name = f"{path.with_suffix('').as_posix().replace('/', '.')}-{number}"
                yield name, f'#line {line} "{page}"\n{code}'


def extract(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, code in programs(root):
        target = folder / f"{name}.cpp"
        if not target.exists() or target.read_text(encoding="utf-8") != code:
            target.write_text(code, encoding="utf-8")
        names.append(name)
    return names


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "docs/how_to").mkdir(parents=True)
        (root / "README.md").write_text(
            "```cpp\nint main() {}\n```\n\n```cpp\nint part();\n```\n```sh\nint main\n```\n"
            "- item\n  ```cpp\n  int main() {\n    return 1;\n  }\n  ```\n")
        (root / "docs/how_to/x.md").write_text("````cpp\n// ```\nint main() {}\n````\n")
        assert extract(root, root / "out") == ["README-1", "README-2", "docs.how_to.x-1"]
        assert (root / "out/README-2.cpp").read_text().splitlines()[1:] == ["int main() {", "  return 1;", "}"]
        assert (root / "out/README-2.cpp").read_text().startswith('#line 13 "')
        assert (root / "out/docs.how_to.x-1.cpp").read_text().splitlines()[1:] == ["// ```", "int main() {}"]
        (root / "README.md").write_text("```cpp\nint main() {}\n")
        try:
            extract(root, root / "out")
        except SystemExit:
            return
        raise AssertionError("a block without an end was taken")


match sys.argv[1:]:
    case ["extract", folder]: print("\n".join(extract(ROOT, pathlib.Path(folder))))
    case ["list"]: print("\n".join(name for name, _ in programs(ROOT)))
    case ["pages"]: print("\n".join(str(p) for p in pages(ROOT)))
    case ["--self-test"]: self_test()
    case _: raise SystemExit(__doc__)
