#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Walks through docs/how_to/operate.md: runs every command it shows, on packages that services use meanwhile, and checks that
what zd says has the form of what the page shows. Numbers, times, hosts and the width of columns may differ.

operate.py             checks
operate.py --capture   writes what zd says into the page

A command stands after "$ " in a ```console block, what it says below it; it ends with 0, or as "(exit N)" there says. Between
the blocks `<!-- start N -->`, `pause N`, `resume N` and `stop N` tell what happens to service N, `<!-- wait N -->` seconds to wait.
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

from zd import Place, program

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how_to/operate.md"
ROWS = 3000


def form(text):
    """The lines of an output without what differs from run to run."""
    lines = []
    for line in text.strip().splitlines():
        line = re.sub(r"(\w+@)?host-a:\d+", "WHO", line)
        # Whether the services write a key at the instant it is compared is up to them.
        line = re.sub(r"; \d+ being written, \d+ unknown in New", "", line)
        line = re.sub(r"\b[0-9a-f]{8,}\b|(?<==)unknown\b", "N", line)
        line = re.sub(r"\d+([.,:-]\d+)*", "N", line)
        line = re.sub(r"\bN (ns|us|ms|s|min|h)\b", "TIME", line)
        line = " ".join(re.sub(r"[-^]{2,}", " ", line).split())
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines


class Fleet:
    """The services of the page."""

    def __init__(self, place):
        self.place, self.services = place, {}
        with open(place.folder + "/index", "w", encoding="utf-8") as index:
            for i in range(ROWS):
                index.write(f"Package: package-{i:07}\nVersion: 1.0-1\nArchitecture: amd64\nSection: libs\n"
                            f"Maintainer: Ann {i} <ann@example.org>\nDepends: libc6, zlib1g\nInstalled-Size: {i}\n\n")

    def do(self, what, n):
        if what == "wait":
            time.sleep(n)
        elif what == "start":
            self.services[n] = subprocess.Popen([program("packages", "service"), self.place.folder, str(n), "1"],
                                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert self.services[n].stdout.readline() == "ready\n", "the service did not start"
        elif what == "stop":
            self.services[n].send_signal(signal.SIGTERM)
            self.services[n].communicate(timeout=60)
            assert self.services[n].returncode == 0, "the service ended with an error"
        else:
            self.services[n].send_signal({"pause": signal.SIGSTOP, "resume": signal.SIGCONT}[what])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.services.values():
            if one.poll() is None:
                one.kill()
                one.communicate()


def walk(page, capture):
    """The page with what zd says now; complains of what has another form unless it is captured."""
    faults = []

    def block(place, text):
        said = []
        for part in re.split(r"(?m)^\$ ", text)[1:]:
            line, _, shown = part.partition("\n")
            words = line.split()
            assert words[0] == "zd", line
            code, out, err = place.run(*words[1:])
            got = (err + out).replace(socket.gethostname(), "host-a").replace(place.folder, "/srv/packages")
            wanted = re.search(r"\(exit (\d+)\)", got if capture else shown)
            if code != (int(wanted[1]) if wanted else 0):
                faults.append(f"{line} ended with {code}:\n{got}")
            elif not capture and form(got) != form(shown):
                faults.append(f"{line} says\n{got}\nthe page shows\n{shown}\n{form(got)}\n{form(shown)}")
            said.append(f"$ {line}\n{got.rstrip()}\n")
        return "\n".join(said)

    with Place(ROWS) as place, Fleet(place) as fleet:
        place.environment |= {"ZD_STATE": f"sqlite:{place.folder}/state.db", "USER": "ada"}
        parts = []
        for part in re.split(r"(?ms)(^```console\n.*?^```$|<!-- \w+ \d+ -->)", page):
            if told := re.fullmatch(r"<!-- (\w+) (\d+) -->", part):
                fleet.do(told[1], int(told[2]))
            elif part.startswith("```console\n"):
                part = "```console\n" + block(place, part[len("```console\n"):-3]) + "```"
            parts.append(part)
    return "".join(parts), faults


page = PAGE.read_text(encoding="utf-8")
now, faults = walk(page, sys.argv[1:] == ["--capture"])
if sys.argv[1:] == ["--capture"]:
    PAGE.write_text(now, encoding="utf-8")
assert page.count("\n$ zd ") > 20, "the page shows hardly a command"
print("\n".join(faults))
sys.exit(1 if faults else 0)
