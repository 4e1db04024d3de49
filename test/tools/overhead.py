#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks what a proxy costs: a state fixed when the program is built compiles to the instructions of the bare store call, on
both compilers; a state that may change costs a read hit a bounded number of instructions.

overhead.py            compares and counts, and prints what it found
overhead.py --lines    counts reads, visits and writes in more rows, beside a migration written by hand, and prints
                       lines of a name, a value and a unit
overhead.py --self-test  checks that a pair which differs is seen to differ
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILERS = (os.environ.get("CXX", "g++"), "clang++-19")
# Instructions a read hit may cost beyond the bare store's, by row, as callgrind counts them; `shared` looks at its lease, `many`
# stands for a read that is called from many places, and so not part of its caller.
BOUNDS = {"fixed": 0.5, "unrun": 65, "prepared": 70, "switched": 65, "completed": 65, "shared": 105, "many": 100}
OPERATIONS = ("read", "visit", "write")
ROWS = ("unrun", "prepared", "migrated", "switched", "completed")


def compiled(compiler, source, folder, *flags):
    out = pathlib.Path(folder) / (source.stem + re.sub(r"\W", "", compiler))
    subprocess.run([compiler, "-std=c++20", "-O2", f"-I{ROOT}/include", f"-I{ROOT}/test", str(source), "-o", str(out), *flags], check=True)
    return out


def functions(obj):
    """The instructions of each function, without addresses; calls and jumps by what they reach."""
    text = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", str(obj)], check=True, capture_output=True, text=True).stdout
    found, name, start = {}, None, 0
    for line in text.splitlines():
        if head := re.match(r"([0-9a-f]+) <(.+)>:", line):
            start, name = int(head[1], 16), head[2]
            found[name] = []
        elif name and (reloc := re.match(r"\s+[0-9a-f]+: R_\w+\s+(\S+)", line)):
            found[name][-1] += " " + reloc[1]
        elif name and (step := re.match(r"\s+[0-9a-f]+:\t(.*)", line)):
            code = re.sub(r"\s+", " ", re.sub(r"#.*", "", step[1])).strip()
            code = re.sub(r"\b([0-9a-f]+) <[^>]+>", lambda m: f"+{int(m[1], 16) - start:x}", code)
            if not re.match(r"(data16 |cs )*(nop|xchg %ax,%ax)", code):
                found[name].append(code)
    return found


def compare(compiler, folder):
    """The names of the pairs that are not the same, of how many."""
    found = functions(compiled(compiler, ROOT / "test/tools/overhead/fixed.cpp", folder, "-c"))
    pairs = [name.removeprefix("bare_") for name in found if name.startswith("bare_")]
    # Calls within one function are told by their distance from its start, which is the same in both of a pair.
    return [p for p in pairs if found["bare_" + p] != found["proxied_" + p]], len(pairs)


def instructions(program, who, row, folder):
    """Instructions an operation, from the difference of two runs."""
    def count(n):
        out = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(program), who, row,
                              str(n)], check=True, capture_output=True, text=True).stderr
        return int(re.search(r"Collected : (\d+)", out)[1])
    return (count(20000) - count(10000)) / 10000


def dynamic(operation, folder):
    return compiled(COMPILERS[0], ROOT / "test/tools/overhead/dynamic.cpp", folder, f"-DOPERATION_{operation}", "-lxxhash",
                    "-pthread")


def lines():
    with tempfile.TemporaryDirectory() as folder:
        for operation in OPERATIONS:
            program = dynamic(operation, folder)

            def tell(name, who, row="prepared"):
                print(f"proxy/{operation}/{name} {instructions(program, who, row, folder):.1f} instructions", flush=True)
            tell("bare", "bare")
            for row in ROWS:
                tell(row, "proxy", row)
                tell(f"{row}_by_hand", "by_hand", row)
            tell("prepared_from_many_places", "many")
            tell("prepared_with_lease", "shared")
            tell("prepared_with_dial", "gated")


def main():
    if sys.argv[1:] == ["--lines"]:
        return lines()
    with tempfile.TemporaryDirectory() as folder:
        wrong = []
        for compiler in COMPILERS:
            differ, n = compare(compiler, folder)
            if "other_write" not in differ:
                wrong.append(f"{compiler}: a pair that differs was not seen to differ")
            wrong += [f"{compiler}: {name} compiles to other instructions than the bare store call"
                      for name in differ if name != "other_write"]
            print(f"{compiler}: {n - len(differ)} of {n - 1} pairs with a fixed state have the same instructions")
        if sys.argv[1:] != ["--self-test"]:
            program = dynamic("read", folder)
            bare = instructions(program, "bare", "prepared", folder)
            print(f"instructions a read hit: bare {bare:.1f}")
            for what, bound in BOUNDS.items():
                who = what if what in ("fixed", "shared", "many") else "proxy"
                row = "prepared" if what in ("shared", "many") else what
                more = instructions(program, who, row, folder) - bare
                print(f"  {what:<10}{more:+7.1f}   bound {bound}")
                if more > bound:
                    wrong.append(f"a read hit in {what} costs {more:.1f} instructions beyond the bare store, {bound} are allowed")
        for line in wrong:
            print(line, file=sys.stderr)
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
