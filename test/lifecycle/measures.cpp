// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/measures.hpp>

#include <array>
#include <chrono>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;

namespace {

void stand(zddm::memory::state_store& s, std::uint64_t process, std::int64_t expires) {
  lease const one{process, 1, 0, expires, identity::self(), ZDDM_VERSION, "", ""};
  std::array<change, 1> const made{{{lease_path("m", process), any_revision, entry::encode("lease", one)}}};
  s.commit(made);
}

measures told(std::uint64_t process, std::uint64_t equal) {
  measures m{};
  m.process = process;
  m.counted.equal = equal;
  m.old_reads = {{1000}, {equal}};
  return m;
}

} // namespace

TEST_CASE("measures: a tally tells what was compared, and what came on top of an earlier one") {
  tally const a{10, 1, 2, 3, 4, 5}, b{1, 1, 1, 1, 1, 1};
  CHECK(a.wrong() == 6);
  CHECK(a.compared() == 16);
  CHECK((a + b) - b == a);
  CHECK(b - a == tally{0, 0, 0, 0, 0, 0}); // a count that began anew
}

TEST_CASE("measures: what a process tells is known while its lease runs, and replaced by what it tells later") {
  zddm::memory::state_store s;
  s.clock([] { return std::chrono::milliseconds(100); });
  stand(s, 1, 200);
  stand(s, 2, 50); // over
  publish(s, "m", told(1, 3));
  publish(s, "m", told(2, 4));
  publish(s, "m", told(3, 5)); // has no lease
  publish(s, "m", told(1, 7));
  CHECK(measures_of(s, "m") == std::vector{told(1, 7)});
  CHECK(measures_of(s, "other").empty());
}

TEST_CASE("measures: what cannot be read is left out") {
  zddm::memory::state_store s;
  stand(s, 1, std::numeric_limits<std::int64_t>::max());
  stand(s, 2, std::numeric_limits<std::int64_t>::max());
  publish(s, "m", told(1, 3));
  std::array<change, 1> const later{{{measures_path("m", 2), any_revision, "zddm measures 2 9.9.9\n{}"}}};
  s.commit(later);
  CHECK(measures_of(s, "m") == std::vector{told(1, 3)});
}

TEST_CASE("measures: the sum of several processes") {
  auto const whole = sum({told(1, 3), told(2, 4)});
  CHECK(whole.counted.equal == 7);
  CHECK(whole.old_reads == zddm::distribution{{1000}, {7}});
  CHECK(whole.new_reads.size() == 0);
}
