#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What an operator may get wrong, and what a machine may: each is a clear error with its code and exit status, nothing is changed and
nothing lost. Disks that are full or read-only are mounts of a name space of this test's own."""
import hashlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
from zd import NAME, Place, check, main, program

ROWS = 3_000


def digest(folder):
    """Of every file that holds data; the indexes SQLite makes anew beside them do not count."""
    files = sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and not p.name.endswith(("-shm", "-wal", "lock.mdb")))
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def refused(place, *words, code, error, folder=None, **how):
    """zd ends with that exit code and error, and changes no file that is there."""
    before = digest(folder or place.folder)
    text = place.must(*words, code=code, **how)
    check(error in text and f"(exit {code})" in text, f"no {error}: {text}")
    check("othing " in text or "stays" in text or "goes on" in text, f"not a word of what is safe: {text}")
    after = digest(folder or place.folder)
    changed = [name for name in before if before[name] != after.get(name)]
    check(not changed, f"zd {' '.join(words)} changed {changed}")
    return text


def wrong_words():
    """unknown commands, names, options, rates, times, shells and places"""
    with Place(10) as place:
        place.must("prepare")
        for words, error in ((("fly",), "ZD-410"), (("status", "people"), "ZD-414"), (("migrate", "--fast"), "ZD-410"),
                             (("gate", NAME, "101"), "ZD-415"), (("migrate", "--wait=soon"), "ZD-415"),
                             (("completion", "fish"), "ZD-410"), (("status", "--state", "zd.db"), "ZD-412"),
                             (("status", "--state", "etcd:x"), "ZD-412"), (("new", "no-name"), "ZD-416")):
            text = refused(place, *words, code=2, error=error)
            check(any(word in text for word in ("zd ", "--", "sqlite:PATH", NAME)), f"not a word of what to type: {text}")
        refused(place, "status", code=2, error="ZD-411", variables={"ZD_STATE": ""})
        refused(place, "complete", NAME, f"--yes={NAME}", code=3, error="ZD-301")
        place.must("explain", NAME, "no-such-package")


def foreign_state():
    """a state store that is a text, an empty place, another database, damaged, of a later format or of another application"""
    with Place(10) as place:
        place.must("prepare")
        good = place.folder + "/zd.db"
        other = place.folder + "/other.db"
        where = {"variables": {"ZD_STATE": f"sqlite:{other}"}}
        refused(place, "status", code=7, error="ZD-233", **where)
        refused(place, "prepare", code=7, error="ZD-12", variables={"ZD_STATE": f"sqlite:{place.folder}/no/folder/zd.db"})
        refused(place, "prepare", code=7, error="ZD-12", variables={"ZD_STATE": f"sqlite:{place.folder}"})
        pathlib.Path(other).write_text("a text that is long enough for SQLite to look at, and no database at all " * 20)
        for command in ("status", "prepare"):
            refused(place, command, code=7, error="ZD-124", **where)
        refused(place, "status", code=7, error="ZD-230", variables={"ZD_STATE": f"sqlite:{place.folder}/old.db"})
        refused(place, "prepare", code=7, error="ZD-230", variables={"ZD_STATE": f"sqlite:{place.folder}/old.db"})

        shutil.copy(good, other)
        with open(other, "r+b") as file:
            file.seek(4096)
            file.write(os.urandom(os.path.getsize(other) - 4096))
        refused(place, "status", code=7, error="ZD-124", **where)

        def copied(*statements):
            for name in (other, other + "-wal", other + "-shm"):
                pathlib.Path(name).unlink(missing_ok=True)
            shutil.copy(good, other)
            with sqlite3.connect(other) as db:
                for one in statements:
                    db.execute(one)
            db.close()

        copied(f"UPDATE zddm_entries SET value = 'nonsense' WHERE path = 'm/{NAME}/state'")
        for command in ("status", "migrate"):
            refused(place, command, code=7, error="ZD-201", **where)
        copied(f"UPDATE zddm_entries SET value = replace(value, 'prepared', 'flying') WHERE path = 'm/{NAME}/state'")
        refused(place, "status", code=7, error="ZD-201", **where)
        copied(f"UPDATE zddm_entries SET value = 'zddm record 99 7.0.0\n' WHERE path = 'm/{NAME}/state'")
        check("7.0.0" in refused(place, "status", code=7, error="ZD-202", **where), "not a word of who wrote it")
        copied("UPDATE zddm_state SET format = 99")
        refused(place, "status", code=7, error="ZD-231", **where)

        people = subprocess.run([program("people", "zd"), "prepare", "--state", f"sqlite:{other}.people"], capture_output=True,
                                env=place.environment | {"PEOPLE_DB": place.folder + "/people.db"}, timeout=60)
        check(people.returncode == 0, people.stderr)
        for command in ("status", "prepare"):
            text = refused(place, command, code=3, error="ZD-236", variables={"ZD_STATE": f"sqlite:{other}.people"})
            check("merge_first_and_last_name" in text and "--override=store" in text, text)
        place.must("prepare", "--dry-run", "--override=store", variables={"ZD_STATE": f"sqlite:{other}.people"})
        place.must("status")


def damaged_stores():
    """an Old or New that is missing, no database, or damaged"""
    with Place(10) as place:
        place.must("prepare")
        elsewhere = pathlib.Path(place.folder) / "elsewhere"
        (elsewhere / "new.lmdb").mkdir(parents=True)
        (elsewhere / "new.lmdb/data.mdb").write_text("no environment of LMDB, but some text " * 400)
        shutil.copy(place.folder + "/old.db", elsewhere / "old.db")
        where = {"variables": {"PACKAGES_DIR": str(elsewhere)}}
        refused(place, "migrate", code=1, error="ZD-133", folder=elsewhere, **where)
        shutil.rmtree(elsewhere / "new.lmdb")
        (elsewhere / "old.db").write_text("no database, but a text of some length that has to be looked at " * 40)
        refused(place, "migrate", code=1, error="ZD-124", folder=elsewhere, **where)
        check(place.status()["row"] in ("prepared", "migrating"), "it moved on")
        place.must("migrate")


def mounted(path, options):
    pathlib.Path(path).mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", path], check=True)


def remount(path, options):
    subprocess.run(["mount", "-o", "remount," + options, path], check=True)


def read_only_disks():
    """a state store, and a New, on a disk that became read-only"""
    with Place(ROWS) as place:
        disk = place.folder + "/disk"
        mounted(disk, "size=64m")
        try:
            where = {"variables": {"ZD_STATE": f"sqlite:{disk}/zd.db"}}
            place.must("prepare", **where)
            remount(disk, "ro")
            refused(place, "migrate", code=7, error="ZD-123", **where)
            refused(place, "prepare", code=7, error="ZD-123", variables={"ZD_STATE": f"sqlite:{disk}/another.db"})
            refused(place, "new", "x", "--dir", disk + "/migrations", code=1, error="ZD-417")
            remount(disk, "rw")
            place.must("migrate", **where)

            shutil.copy(place.folder + "/old.db", disk + "/old.db")
            state = {"ZD_STATE": f"sqlite:{place.folder}/second.db", "PACKAGES_DIR": disk}
            shutil.rmtree(disk + "/new.lmdb", ignore_errors=True)
            place.must("prepare", variables=state)
            remount(disk, "ro")
            refused(place, "migrate", code=1, error="ZD-1", folder=disk, variables=state)
            remount(disk, "rw")
            place.must("migrate", variables=state)
            check(f"{ROWS} keys compared; 0 missing" in place.must("verify", NAME, variables=state), "rows are missing")
        finally:
            subprocess.run(["umount", disk], check=True)


def full_disks():
    """a state store, and a New, on a disk that is full: what was done stays, and the same command goes on once there is room"""
    with Place(ROWS) as place:
        disk = place.folder + "/disk"
        mounted(disk, "size=1m")
        try:
            filler = pathlib.Path(disk) / "filler"

            def fill():
                try:
                    with open(filler, "wb", buffering=0) as file:
                        while True:
                            file.write(b"x" * 4096)
                except OSError:
                    pass

            where = {"variables": {"ZD_STATE": f"sqlite:{disk}/zd.db"}}
            fill()
            place.must("prepare", code=7, **where)
            filler.unlink()
            place.must("prepare", **where)
            fill()
            text = place.must("migrate", code=7, **where)
            check("ZD-121" in text, text)
            filler.unlink()
            place.must("migrate", **where)
            check(f"{ROWS} keys compared; 0 missing" in place.must("verify", NAME, **where), "rows are missing")

            filler.unlink(missing_ok=True)
            for name in pathlib.Path(disk).iterdir():
                name.unlink()
            (pathlib.Path(disk) / "new.lmdb").mkdir()
            (pathlib.Path(place.folder) / "new.lmdb").rename(place.folder + "/new.before")
            (pathlib.Path(place.folder) / "new.lmdb").symlink_to(disk + "/new.lmdb")
            state = {"ZD_STATE": f"sqlite:{place.folder}/second.db"}
            place.must("prepare", variables=state)
            fill()
            text = place.must("migrate", code=1, variables=state)
            check("ZD-13" in text and "goes on from here" in text, text)
            check(place.must("status", NAME, variables=state).count("[migrating") == 1, "it moved on")
            remount(disk, "size=64m")
            place.must("migrate", variables=state)
            check(f"{ROWS} keys compared; 0 missing" in place.must("verify", NAME, variables=state), "rows are missing")
        finally:
            subprocess.run(["umount", disk], check=True)


def clock_set_back():
    """a clock that was set back by two days: told, not waited for, and unlock clears what the dead have left"""
    with Place(10) as place:
        variables = place.environment | {"PEOPLE_DB": place.folder + "/people.db", "PEOPLE_STATE": place.folder + "/zd.db"}
        ahead = ["unshare", "-T", "--boottime", "172800", "--"]
        service = subprocess.Popen([*ahead, program("people", "service")], env=variables, stdout=subprocess.PIPE, text=True)
        service.stdout.readline()
        service.kill()
        service.communicate()
        zd = lambda *words: subprocess.run([program("people", "zd"), *words], env=variables, capture_output=True, text=True, timeout=60)
        done = zd("prepare")
        check(done.returncode == 3 and "ZD-207" in done.stderr and " h to run" in done.stderr and "zd unlock" in done.stderr, done.stderr)
        check(zd("doctor").returncode == 1, "doctor finds nothing")
        done = zd("unlock", "merge_first_and_last_name", "--yes")
        check(done.returncode == 0 and "1 leases" in done.stdout, done.stdout + done.stderr)
        done = zd("prepare")
        check(done.returncode == 0, done.stderr)


if __name__ == "__main__":
    if "ZDDM_OWN_MOUNTS" not in os.environ:
        os.environ["ZDDM_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "-m" if os.getuid() == 0 else "-rm", "--", sys.executable, *sys.argv])
    main(wrong_words, foreign_state, damaged_stores, read_only_disks, full_disks, clock_set_back)
