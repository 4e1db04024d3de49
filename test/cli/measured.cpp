// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/measured.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("measured: nothing is said where nothing was measured") {
  desk d("status");
  cli::measured const m(d.session(), "names");
  CHECK(m.lines().empty());
  CHECK_FALSE(m.ratio());
  CHECK(m.as_json()["share"].is_null());
  CHECK(m.as_json()["reads"]["old"]["calls"] == 0);
}

TEST_CASE("measured: both stores side by side, and how the copies agreed in the last hour") {
  desk d("status");
  zddm::lifecycle::handle h("names");
  zddm::lifecycle::measures told{};
  told.counted.equal = 9997;
  told.counted.differs = 3;
  told.counted.in_flight = 5;
  told.counted.fallbacks = 2;
  told.old_reads = {{1'200'000, 3'400'000}, {98, 2}};
  told.new_reads = {{700'000, 3'100'000}, {98, 2}};
  told.old_writes = {{15'000, 61'000}, {98, 2}};
  told.new_writes = {{983'000, 23'000'000}, {98, 2}};
  zddm::lifecycle::member<zddm::memory::state_store> member(d.memory, h, {60s, 1s, "", false, [&] { return told; }});
  member.report_once();
  cli::measured const m(d.session(), "names");
  CHECK(m.lines() == std::vector<std::string>{"compare    99.97 % of 10000 in the last hour",
                                              "latency    old p50 1.2 ms p99 3.4 ms     new p50 700 us p99 3.1 ms",
                                              "of writes  old p50  15 us p99  61 us     new p50 983 us p99  23 ms"});
  CHECK(m.ratio() == doctest::Approx(0.91).epsilon(0.01));
  auto const j = m.as_json();
  CHECK(j["compared"] == 10000);
  CHECK(j["wrong"] == 3);
  CHECK(j["fallbacks"] == 2);
  CHECK(j["reads"]["old"]["p99_ns"] == 3'400'000);
  CHECK(j["reads"]["new"]["calls"] == 100);
}
