#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that a program is refused by the compiler, in the words it expects.

compile_fail.py FILE…         the leading lines `// expect: words` of each FILE name what the refusal must say
compile_fail.py list          prints the files of test/compile_fail, one a line
compile_fail.py --self-test   checks itself

Every compiler that is there is asked: $CXX, g++ and clang++-19. Each stops at its first error (-fmax-errors=1,
-ferror-limit=1) and cuts long chains of instantiations (-ftemplate-backtrace-limit=4), so what is judged is what a
reader meets first: it must hold all the words, and be shorter than 25 lines. White space in it counts as one space.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 25


def compilers():
    """The compilers to ask, each once, as (command words, is it clang)."""
    found = {}
    for command in (os.environ.get("CXX", "").split(), ["g++"], ["clang++-19"]):
        path = shutil.which(command[0]) if command else None
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
            found.setdefault(version.split(maxsplit=1)[1], ([path, *command[1:]], "clang" in version))
    if not found:
        raise SystemExit("no compiler was found")
    return list(found.values())


def expected(text):
    words = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("//"):
            break
        if match := re.match(r"// expect: *(.*\S)", line):
            words.append(match[1])
    return words


def fault(command, clang, source, words):
    """What is wrong with the compiler's answer, or None."""
    limits = ["-ferror-limit=1", "-fno-color-diagnostics"] if clang else ["-fmax-errors=1", "-fdiagnostics-color=never"]
    answer = subprocess.run(
        [*command, "-std=c++20", "-fsyntax-only", f"-I{ROOT}/include", f"-I{ROOT}/test", "-ftemplate-backtrace-limit=4", *limits, source],
        capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    said = answer.stdout + answer.stderr
    if answer.returncode == 0:
        return "it compiled"
    flat = " ".join(said.split())
    missing = [w for w in words if " ".join(w.split()) not in flat]
    lines = len(said.splitlines())
    if missing:
        return f"not said: {missing}\n{said}"
    if lines >= LIMIT:
        return f"the first error takes {lines} lines, {LIMIT - 1} are allowed\n{said}"
    return None


def check(source, asked):
    words = expected(pathlib.Path(source).read_text(encoding="utf-8"))
    if not words:
        return [f"{source}: no line `// expect: words` at its head"]
    faults = [(c[0], fault(c, clang, str(source), words)) for c, clang in asked]
    return [f"{source}: {compiler}: {what}" for compiler, what in faults if what]


def self_test():
    asked = compilers()
    good = '// SPDX\n// expect: a number is wanted\n// expect: use sum\nstatic_assert(sizeof(int) == 1, "a number is wanted: use sum");\n'
    chain = "template <int N> struct s { typename s<N - 1>::type v; };\ntemplate <> struct s<0> {};\ns<40> x;\n"
    cases = [
        (good, None),
        (good.replace("== 1", "!= 1"), "it compiled"),
        (good.replace("use sum", "use max", 1), "not said: ['use max']"),
        ("static_assert(false);\n", "no line `// expect:"),
        ("#include <gone.hpp>\n// expect: gone\n", "no line `// expect:"),
        ("// expect: type\n" + chain, None),
    ]
    # thirty candidates make thirty notes: too long for a reader
    many = "// expect: many\n" + "".join(f"struct s{n} {{}}; int many(s{n}, int = {n});\n" for n in range(30)) + "int x = many(1.5);\n"
    cases.append((many, "lines, 24 are allowed"))
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "case.cpp"
        for text, want in cases:
            source.write_text(text)
            got = check(source, asked)
            if want is None and got or want is not None and not (got and all(want in g for g in got)):
                raise SystemExit(f"wanted {want!r}, got {got} for\n{text}")
            if want == "it compiled" and len(got) != len(asked):
                raise SystemExit(f"a compiler was not asked: {got}")


if sys.argv[1:] == ["list"]:
    print("\n".join(sorted(str(p) for p in (ROOT / "test/compile_fail").glob("*.cpp"))))
elif sys.argv[1:] == ["--self-test"]:
    self_test()
elif sys.argv[1:]:
    faults = [f for source in sys.argv[1:] for f in check(source, compilers())]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)
else:
    raise SystemExit(__doc__)
