#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Ends zd (SIGKILL, SIGINT, SIGTERM) at random instants through a whole life, forward and back: the same command run again always
finishes. killed.py [SEED]"""
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
from zd import NAME, Place, check, main

ROWS = 8_000
LIFE = (("prepare", "prepared"), ("migrate", "migrated"), ("rollback", "unrun"), ("prepare", "prepared"), ("migrate", "migrated"),
        ("switch", "switched"), ("switchoff", "migrated"), ("switch", "switched"), ("complete", "completed"), ("destroy", "destroyed"))
KILLS = {"migrate": 8}
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(1 << 32)


def a_life_of_kills():
    """zd is ended at random instants of every step, and the same command run again ends in the right state"""
    print(f"seed {SEED}", flush=True)
    dice = random.Random(SEED)
    kills = 0
    with Place(ROWS) as place:
        for step, row in LIFE:
            words = (step, NAME, f"--yes={NAME}")
            longest = 0.02
            for _ in range(KILLS.get(step, 3)):
                zd = place.start(*words)
                time.sleep(dice.uniform(0, longest))
                number = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM))
                zd.send_signal(number)
                said = zd.communicate(timeout=120)[0]
                if zd.returncode == 0:  # it was done before
                    break
                # Before zd listens, a signal ends it as any program.
                check(zd.returncode in (-number, 128 + number), f"{step} ended by {number} with {zd.returncode}: {said}")
                if zd.returncode > 0:
                    check(place.status()["operator"] is None, f"{step} ended by {number} did not give its hold back: {said}")
                kills += 1
                longest *= 1.6
            text = place.must(*words)
            now = place.status()
            check(now["row"] == row and now["operator"] is None, f"after {step}: {now}\n{text}")
            if row in ("migrated", "switched"):
                seen = place.must("verify", NAME)
                check(f"{ROWS} keys compared; 0 missing, 0 extra, 0 differ" in seen, seen)
                done = now["backfill"]
                check(done["copied"] + done["skipped"] == ROWS and done["refused"] == 0, f"a row was counted twice or not: {done}")
        seen = place.must("explain", NAME, f"package-{ROWS - 1:07}")
        check("New     present" in seen, seen)
        moves = [line for line in place.must("history", NAME).splitlines() if " -> " in line]
        check(len(moves) == 19, f"{len(moves)} moves:\n" + "\n".join(moves))
    check(kills >= 10, f"zd was ended only {kills} times")
    print(f"ended {kills} times", flush=True)


if __name__ == "__main__":
    main(a_life_of_kills)
