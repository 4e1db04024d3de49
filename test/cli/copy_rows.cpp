// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/copy_rows.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
using zddm::backfill::ending;

namespace {
void copy(cli::session& s, cli::subject& m) { cli::copy_rows(s, m); }
} // namespace

TEST_CASE("copy_rows: it obeys what is set, within a moment, and tells the others what it does until it ends") {
  desk d("migrate");
  d.place(row::migrating);
  bool during = false;
  d.m.copied.status.own_copied = 10;
  d.m.copied.status.throttled["rows per second"] = 3s;
  d.m.while_copying = [&](zddm::backfill::options const& how) {
    during = true;
    CHECK(how.live().rows_per_second == 0);
    zddm::backfill::change_settings(d.memory, "names", [](auto& s) { s.rows_per_second = 500; });
    std::this_thread::sleep_for(300ms);
    CHECK(how.live().rows_per_second == 500);
    CHECK(how.probe() == zddm::backfill::latency{});
    CHECK(how.worker.starts_with(zddm::lifecycle::identity::self().who()));
    auto const told = zddm::backfill::workers_of(d.memory, "names");
    REQUIRE(told.size() == 1);
    CHECK(told[0].copied == 10);
    CHECK(told[0].throttled.at(0).milliseconds == 3000);
  };
  d.run(copy);
  CHECK(during);
  CHECK(zddm::backfill::workers_of(d.memory, "names").empty());
}

TEST_CASE("copy_rows: the application's latency is the throttle's, where it is measured") {
  desk d("migrate");
  d.place(row::migrating);
  zddm::lifecycle::handle h("names");
  zddm::lifecycle::measures told{};
  told.old_reads = {{31'000'000}, {100}};
  told.new_reads = {{700'000}, {100}};
  zddm::lifecycle::member<zddm::memory::state_store> member(d.memory, h, {60s, 1s, "test", false, [&] { return told; }});
  member.report_once();
  d.m.while_copying = [&](zddm::backfill::options const& how) { CHECK(how.probe() == zddm::backfill::latency{31ms, 700us}); };
  d.run(copy);
}

TEST_CASE("copy_rows: each ending has its failure") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied({"names", 10, {"10", "20"}, false}, {"10", 10, 0, 0, {}, 0});
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  auto const t = queue.claim(queue.plan()->id, "w", {}, 60s).at(0);
  queue.report(t, {zddm::backfill::work::failed, {}, "a broken page"});
  d.m.copied.ending = ending::failed;
  auto const failed = d.failure_of(copy);
  CHECK(failed.code() == 312);
  CHECK(failed.exit() == cli::exit_code::failed);
  CHECK(failed.findings().at(0).what == "chunk 1: a broken page");
  d.m.copied.ending = ending::refused;
  CHECK(d.failure_of(copy).code() == 307);
  d.m.copied.ending = ending::stopped;
  CHECK_THROWS_AS(d.run(copy), cli::interrupted);
}
