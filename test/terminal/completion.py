#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The completions of zd in bash and zsh themselves, and the manual page in man."""
import pty
import os
import pathlib
import select
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from zd import NAME, check, main, program

ZD = program("packages", "zd")
PAGES = pathlib.Path(os.environ["ZDDM_SOURCE_DIR"]) / "docs/reference"


def bash(*words):
    """What bash would offer for the last word."""
    script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zd "$1"; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, str(PAGES / "zd.bash"), ZD, *words], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0 and not done.stderr, done.stderr)
    return done.stdout.split()


def in_bash():
    """bash completes commands, options and the names of migrations"""
    check(bash("switcho") == ["switchoff"], bash("switcho"))
    check(bash("mig") == ["migrate"], bash("mig"))
    check(bash("migrate", "") == [NAME], bash("migrate", ""))
    check(bash("--state", "sqlite:x", "gate", "pack") == [NAME], bash("--state", "sqlite:x", "gate", "pack"))
    check(bash("migrate", "--dr") == ["--dry-run"], bash("migrate", "--dr"))
    check("status" in bash("") and "doctor" in bash(""), bash(""))


def in_zsh():
    """zsh does so at the touch of the tab key"""
    pid, master = pty.fork()
    if pid == 0:
        os.environ |= {"PS1": "", "TERM": "dumb", "PATH": os.path.dirname(ZD) + ":" + os.environ["PATH"], "HISTFILE": ""}
        os.execvp("zsh", ["zsh", "-f", "-i"])

    def shown(patience, until):
        text, end = "", time.monotonic() + patience
        while until not in text and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                text += os.read(master, 65536).decode()
        return text

    try:
        zd = os.path.basename(ZD)
        os.write(master, f'autoload -U compinit; compinit -u -D; fpath=({PAGES} $fpath); autoload -U _zd; compdef _zd {zd}; '
                         'print rea""dy\n'.encode())
        check("ready" in (text := shown(60, "\nready")), text)
        for typed, wanted in (("switcho", "switchoff"), ("migrate pack", NAME), ("migrate --dr", "--dry-run")):
            os.write(master, f"{zd} {typed}\t".encode())
            text = shown(60, wanted)
            check(wanted in text, f"{typed}: {text!r}")
            os.write(master, b"\x15")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)


def in_man():
    """man formats the page without a complaint"""
    done = subprocess.run(["man", "-l", "--warnings=all", str(PAGES / "zd.1")], capture_output=True, text=True, timeout=60,
                          env=os.environ | {"MANWIDTH": "200", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"})
    check(done.returncode == 0 and not done.stderr, done.stderr)
    for part in ("ZD(1)", "--dry-run", "EXIT STATUS", "ZD_STATE", "point of no return"):
        check(part in done.stdout, f"no {part}: {done.stdout}")


if __name__ == "__main__":
    main(in_bash, in_zsh, in_man)
