// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/chunks.hpp>

#include <string>

#include <doctest/doctest.h>

#include <cli/world.hpp>

#include "tools/scratch.hpp"

using namespace world;
using zddm::backfill::ending;

namespace {

zddm::backfill::plan const three{"names", 100, {"10", "20"}, true};

void copy_chunk_1(cli::session& s, cli::subject& m) { cli::copy_chunk(s, m, 1); }

} // namespace

TEST_CASE("chunks: the plan is a list of what is not done, a line each") {
  test::scratch dir;
  desk d("migrate");
  d.place(row::migrating);
  d.copied(three, {"10", 10, 0, 0, {}, 0});
  auto s = d.session();
  cli::plan_chunks(s, d.m, dir / "chunks");
  CHECK(test::read_file(dir / "chunks") == "1\n2\n");
  CHECK(d.said("2 of 3 chunks are to be copied"));
  CHECK(d.m.asked_last.plan_only);
  cli::plan_chunks(s, d.m, "-");
  CHECK(d.said("\n1\n2\n"));
}

TEST_CASE("chunks: one alone is copied, and nothing else is moved") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied(three, {"10", 10, 0, 0, {}, 0});
  auto const before = d.record();
  d.run(copy_chunk_1);
  CHECK(d.m.asked_last.only == 1);
  CHECK_FALSE(d.m.asked_last.make_plan);
  CHECK(d.said("names: chunk 1 is done"));
  CHECK((d.record() == before));
}

TEST_CASE("chunks: a dry run copies none") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied(three, {"10", 10, 0, 0, {}, 0});
  d.asked.dry_run = true;
  d.run(copy_chunk_1);
  CHECK(d.m.calls.empty());
  CHECK(d.said("names: would copy chunk 1; nothing was changed"));
}

TEST_CASE("chunks: one in other hands is told by its exit, and who has it") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied(three, {"10", 10, 0, 0, {}, 0});
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  queue.claim(queue.plan()->id, "host-b:911", {}, 60s);
  d.m.copied.ending = ending::held;
  auto const e = d.failure_of(copy_chunk_1);
  CHECK(e.code() == 313);
  CHECK(e.exit() == cli::exit_code::held);
  CHECK(e.findings().at(0).what == "host-b:911 has it");
}

TEST_CASE("chunks: none without a plan, in another state, or beyond the last") {
  desk d("migrate");
  d.place(row::migrating);
  CHECK(d.failure_of(copy_chunk_1).code() == 301);
  d.copied({"names", 10, {"10"}, false}, {});
  CHECK(d.failure_of(copy_chunk_1).exit() == cli::exit_code::usage);
  desk other("migrate");
  other.place(row::prepared);
  other.copied(three, {});
  CHECK(other.failure_of(copy_chunk_1).code() == 301);
  CHECK(other.m.count("copy") == 0);
}
