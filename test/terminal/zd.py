# SPDX-License-Identifier: BSL-1.0
"""The zd of the packages example as an operator uses it: in a terminal, and without one."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

NAME = "packages_to_lmdb"


def program(example, name):
    """The program docs/examples/EXAMPLE/NAME, where CMake or Meson has built it."""
    build = pathlib.Path(os.environ["ZDDM_BUILD_DIR"])
    for path in (build / f"examples/{example}/{name}", build / f"test/examples.{example}.{name}"):
        if path.exists():
            return str(path)
    raise SystemExit(f"{example}/{name} is not built in {build}")


class Place:
    """A folder with a table of packages to migrate; ends with the `with`."""

    def __init__(self, rows):
        self.folder = tempfile.mkdtemp(prefix="zddm-terminal-")
        self.rows = rows
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("ZD_") and k != "NO_COLOR"}
        self.environment |= {"ZD_STATE": f"sqlite:{self.folder}/zd.db", "PACKAGES_DIR": self.folder, "TERM": "xterm"}
        self.zd = program("packages", "zd")
        with sqlite3.connect(self.folder + "/old.db") as db:
            db.execute("CREATE TABLE packages_v1 (name TEXT PRIMARY KEY, version TEXT NOT NULL, architecture TEXT NOT NULL,"
                       " section TEXT NOT NULL, maintainer TEXT NOT NULL, depends TEXT NOT NULL,"
                       " installed_size INTEGER NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID")
            db.executemany("INSERT INTO packages_v1 VALUES (?,?,?,?,?,?,?,?)",
                           ((f"package-{i:07}", "1.0-1", "amd64", "libs", f"Ann {i} <ann@example.org>", "libc6, zlib1g", i, 1)
                            for i in range(rows)))
        db.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, *words, typed="", variables={}, prefix=(), **how):
        """zd without a terminal: exit code, standard output, standard error."""
        done = subprocess.run([*prefix, self.zd, *words], input=typed, capture_output=True, text=True, timeout=300,
                              env=self.environment | variables, **how)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words, code=0, **how):
        """The same, for an exit code that is known; both outputs together."""
        got, out, err = self.run(*words, **how)
        assert got == code, f"zd {' '.join(words)} ended with {got}, not {code}:\n{out}{err}"
        return out + err

    def start(self, *words):
        return subprocess.Popen([self.zd, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, env=self.environment)

    def status(self):
        return json.loads(self.must("status", NAME, "--json"))


class Terminal:
    """zd in a terminal of its own."""

    def __init__(self, place, *words, variables={}):
        self.shown = ""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(place.zd, [place.zd, *words], place.environment | variables)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)

    def _read(self, patience):
        if not select.select([self.master], [], [], patience)[0]:
            return False
        try:
            some = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            return False
        self.shown += some.decode()
        return bool(some)

    def wait_for(self, pattern, patience=120):
        """The match of a regular expression in what is shown."""
        end = time.monotonic() + patience
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < end, f"no {pattern!r} in {self.shown!r}"
            if not self._read(0.1) and self._over():
                found = re.search(pattern, self.shown)
                assert found, f"zd ended without {pattern!r}: {self.shown!r}"
                break
        return found

    def _over(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, patience=120):
        """The exit code, once everything was read."""
        end = time.monotonic() + patience
        while self._read(0.1) or not self._over():
            assert time.monotonic() < end, f"zd does not end: {self.shown!r}"
        while self._read(0):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)


def stop(process, *databases):
    """Stops it (SIGSTOP) at an instant at which it holds no lock on a database."""
    def free(path):
        db = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            db.close()

    while True:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        if all(map(free, databases)):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.003)


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def main(*tests):
    """Runs them all and says which failed."""
    failed = 0
    for test in tests:
        try:
            began = time.monotonic()
            test()
            print(f"passed  {test.__doc__}  {time.monotonic() - began:.1f} s", flush=True)
        except AssertionError as e:
            failed += 1
            print(f"FAILED  {test.__doc__}\n  {e} (line {e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else '?'})", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
