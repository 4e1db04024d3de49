#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Sessions of an operator with the real zd: progress, prompt, Ctrl-C and resume in a terminal, and the same without one."""
import re
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from zd import NAME, Place, Terminal, check, main, program, stop

ROWS = 60_000
ESCAPE = "\x1b"
REDRAWN = r"\r\x1b\[\?7l" + NAME  # what is too long for the terminal does not wrap


def progress_in_a_terminal():
    """in a terminal progress is one line, redrawn; Ctrl-C saves the checkpoint and gives the hold back; the next run goes on"""
    with Place(ROWS) as place:
        place.must("prepare")
        for _ in range(3):  # a machine may be faster than this test can type
            with Terminal(place, "migrate") as zd:
                zd.wait_for(REDRAWN + r"  \d+ of \d+ chunks  \d+\.\d %")
                zd.type("\x03")
                code = zd.end()
            if code != 0:
                break
            place.must("rollback", NAME)
            place.must("prepare")
        check(code == 130, f"ended with {code}: {zd.shown!r}")
        check("stopped; what was done is saved. zd migrate goes on from here." in zd.shown, zd.shown)
        now = place.status()
        check(now["row"] == "migrating" and now["operator"] is None, f"the hold was not given back: {now}")
        done = now["backfill"]["copied"]
        check(0 < done < ROWS, f"{done} rows were saved")
        with Terminal(place, "migrate") as zd:
            began = time.monotonic()
            code = zd.end()
            took = time.monotonic() - began
        check(code == 0, f"ended with {code}: {zd.shown!r}")
        check(f"goes on where it stopped: {done} of {ROWS} rows were done before" in zd.shown, zd.shown)
        drawn = len(re.findall(REDRAWN, zd.shown))
        check(0 < drawn <= 10 * took + 2, f"{drawn} redraws in {took:.1f} s")
        now = place.status()
        check(now["row"] == "migrated", f"{now}")
        check(now["backfill"]["copied"] + now["backfill"]["skipped"] == ROWS, f"rows were counted twice: {now['backfill']}")


def progress_elsewhere():
    """without a terminal progress is lines of key=value, nothing is redrawn; SIGINT ends with 130, SIGTERM with 143"""
    with Place(ROWS) as place:
        place.must("prepare")
        for number, wanted in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            zd = place.start("migrate")
            while "phase=backfill" not in (line := zd.stdout.readline()):
                check(line, "ended without progress")
            check(re.search(r"chunks=\d+ chunks_done=\d+ rows=60000 copied=\d+ .*rows_per_second=\S+ left_seconds=\S+", line), line)
            zd.send_signal(number)
            rest = zd.communicate(timeout=120)[0]
            check(zd.returncode == wanted, f"ended with {zd.returncode}: {rest}")
            check("goes on from here" in rest and ESCAPE not in rest, rest)
            check(place.status()["operator"] is None, "the hold was not given back")
        text = place.must("migrate")
        check("goes on where it stopped" in text and ESCAPE not in text and "\r" not in text, text)
        check(place.status()["row"] == "migrated", text)


def to_switched(place):
    for step in ("prepare", "migrate", "switch"):
        place.must(step)


def no_way_back():
    """complete and destroy ask for the name in a terminal, and take nothing else for it"""
    with Place(100) as place:
        to_switched(place)
        for typed in ("yes\n", "\n", NAME + "x\n", "\x04"):
            with Terminal(place, "complete") as zd:
                zd.wait_for("Type the migration's name to go on:")
                zd.type(typed)
                check(zd.end() == 3 and "ZD-308" in zd.shown, f"{typed!r} was taken for the name: {zd.shown!r}")
            check(place.status()["row"] == "switched", "something was changed")
        for step, row in (("complete", "completed"), ("destroy", "destroyed")):
            with Terminal(place, step) as zd:
                zd.wait_for("Type the migration's name to go on:")
                zd.type(NAME + "\n")
                check(zd.end() == 0, zd.shown)
            check(place.status()["row"] == row, zd.shown)


def no_way_back_elsewhere():
    """without a terminal complete and destroy need --yes=NAME: a bare yes, a typed name or another name do not suffice"""
    with Place(100) as place:
        to_switched(place)
        for words in ((), ("--yes",), ("--yes=another",)):
            text = place.must("complete", NAME, *words, code=3, typed=NAME + "\n")
            check("ZD-308" in text and f"--yes={NAME}" in text, text)
        place.must("complete", NAME, code=3, variables={"ZD_YES": "true"})
        check(place.status()["row"] == "switched", "something was changed")
        place.must("complete", f"--yes={NAME}")
        place.must("destroy", NAME, "--yes", code=3)
        place.must("destroy", NAME, variables={"ZD_YES": NAME})
        check(place.status()["row"] == "destroyed", "it is not destroyed")


def colours():
    """colours stand in a terminal alone, and not there where they are not wanted"""
    with Place(0) as place:
        place.must("prepare")
        for words, variables, wanted in (((), {}, True), (("--no-color",), {}, False), (("--plain",), {}, False),
                                         ((), {"NO_COLOR": "1"}, False), ((), {"ZD_NO_COLOR": "1"}, False), (("--json",), {}, False)):
            with Terminal(place, "switch", NAME, *words, variables=variables) as zd:
                check(zd.end() == 3, zd.shown)
            check((ESCAPE + "[1;31merror" in zd.shown) == wanted, f"{words} {variables}: {zd.shown!r}")
            check(wanted or ESCAPE not in zd.shown, f"{words} {variables}: {zd.shown!r}")
        check(ESCAPE not in place.must("switch", NAME, code=3), "colours without a terminal")


def data_and_talk():
    """data goes to standard output, talk to standard error; -q leaves the talk out, --json makes every line of data an object"""
    with Place(100) as place:
        _, out, err = place.run("prepare")
        check(out == f"{NAME} is prepared (epoch 2)\n" and f"{NAME}: preparing (epoch 1)" in err, out + err)
        _, out, err = place.run("migrate", "-q")
        check(out and not err, err)
        code, out, err = place.run("complete", NAME, "--json")
        check(code == 3 and not err and out.startswith('{"schema":1,"event":"error"'), out + err)


def watching():
    """watch draws the page anew until Ctrl-C, which ends it with 130"""
    with Place(100) as place:
        place.must("prepare")
        with Terminal(place, "watch", NAME) as zd:
            zd.wait_for(r"\[prepared\][\s\S]*\x1b\[J[\s\S]*\[prepared\]")
            place.must("migrate")
            zd.wait_for(r"\[migrated\]")
            zd.type("\x03")
            check(zd.end() == 130, zd.shown)
        watch = place.start("watch", "--plain")
        line = watch.stdout.readline()
        check(line.startswith(f"migration={NAME} row=migrated "), line)
        watch.send_signal(signal.SIGINT)
        check(watch.communicate(timeout=60)[0] == "" and watch.returncode == 130, f"{watch.returncode}")


def two_operators():
    """of two operators one works, the other is told who that is, what runs, and what to do; exit 4"""
    with Place(ROWS) as place:
        place.must("prepare")
        first = place.start("migrate")
        while "phase=backfill" not in first.stdout.readline():
            pass
        stop(first, place.folder + "/zd.db", place.folder + "/old.db")  # so that it is at work for as long as this takes
        for words in (("rollback", NAME), ("repair", NAME)):
            text = place.must(*words, code=4)
            check("ZD-203" in text and f":{first.pid} runs zd migrate" in text and "Wait for it or stop it" in text and "zd unlock" in text, text)
        seen = place.status()["operator"]
        check(seen and seen["command"].startswith("zd migrate"), f"{seen}")
        text = place.must("unlock", NAME, code=3)
        check("ZD-308" in text, text)
        place.must("unlock", NAME, "--yes")
        first.send_signal(signal.SIGCONT)
        rest = first.communicate(timeout=120)[0]
        check(first.returncode == 4 and "ZD-203" in rest, f"{first.returncode}: {rest}")
        place.must("migrate")
        check(place.status()["row"] == "migrated", "it did not go on")


def many_share_one_copy():
    """a second zd migrate helps the first one to copy, and leads on when that one is killed"""
    with Place(350_000) as place:  # four chunks
        place.must("prepare")
        place.must("set", NAME, "rate=60000")
        first = place.start("migrate")
        while "phase=backfill" not in first.stdout.readline():
            pass
        second = place.start("migrate")
        said = second.stdout.readline()
        check(re.search(rf"^{NAME}: .*:{first.pid} leads since .*; this one only copies$", said), said)
        while len(place.status()["backfill"]["workers"]) < 2:
            time.sleep(0.1)
        first.kill()
        first.wait()
        place.must("set", NAME, "rate=0")
        rest = second.communicate(timeout=120)[0]
        check(second.returncode == 0, f"{second.returncode}: {rest}")
        check(re.search(r"helped .*; [1-9]\d* rows copied by this process", rest) and f"{NAME} is migrated" in rest, rest)
        backfill = place.status()["backfill"]
        check(backfill["copied"] + backfill["skipped"] == 350_000, f"{backfill}")
        check("350000 keys compared; 0 missing, 0 extra, 0 differ" in rest, rest)


def service(place, folder):
    return subprocess.Popen([program("people", "service")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env=place.environment | {"PEOPLE_DB": f"{folder}/people.db", "PEOPLE_STATE": f"{folder}/people_state.db"})


def every_exit_code():
    """each exit code, provoked: 0 to 7 (130 and 143 stand above)"""
    with Place(100) as place:
        place.must("status", code=7)
        check("ZD-233" in place.must("migrate", code=7), "no word of the missing state store")
        place.must("prepare")
        check(f"{NAME} is already prepared" in place.must("prepare", NAME), "it was not there already")
        text = place.must("migrate", code=1, variables={"PACKAGES_DIR": place.folder + "/nowhere"})
        check("zd migrate again goes on from here" in text, text)
        for words in ((), ("fly",), ("gate", NAME, "much"), ("status", "another"), ("migrate", "--wait=soon")):
            place.must(*words, code=2)
        place.must("complete", NAME, f"--yes={NAME}", code=3)
        place.must("migrate")
        with sqlite3.connect(place.folder + "/old.db") as db:
            db.execute("UPDATE packages_v1 SET version = '2.0-1' WHERE name = 'package-0000007'")
        db.close()
        text = place.must("verify", NAME, code=5)
        check("package-0000007" in text and "2.0-1" not in text and f"zd repair {NAME} --dry-run" in text, text)
        check("backfill" not in place.must("switch", code=3), "only the mismatch is in the way")
        place.must("repair", NAME)
        place.must("switch")


def silent_process():
    """a process that hangs holds a step up: exit 6 with who it is, and the same command goes on once it lives again"""
    with Place(0) as place:
        one = service(place, place.folder)
        try:
            one.stdout.readline()
            stop(one, place.folder + "/people.db", place.folder + "/people_state.db")
            zd = [program("people", "zd"), "prepare", "--wait=1s"]
            variables = place.environment | {"ZD_STATE": f"sqlite:{place.folder}/people_state.db", "PEOPLE_DB": f"{place.folder}/people.db"}
            done = subprocess.run(zd, capture_output=True, text=True, env=variables, timeout=60)
            check(done.returncode == 6 and "ZD-204" in done.stderr and f":{one.pid} is at epoch" in done.stderr,
                  f"{done.returncode}: {done.stderr}")
            one.send_signal(signal.SIGCONT)
            done = subprocess.run(zd[:2], capture_output=True, text=True, env=variables, timeout=60)
            check(done.returncode == 0 and "is prepared" in done.stdout, f"{done.returncode}: {done.stderr}")
        finally:
            one.kill()
            one.communicate()


if __name__ == "__main__":
    main(progress_in_a_terminal, progress_elsewhere, no_way_back, no_way_back_elsewhere, colours, data_and_talk, watching,
         two_operators, many_share_one_copy, every_exit_code, silent_process)
