// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/sample.hpp>

#include <array>
#include <limits>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;

namespace {

void stand(zddm::memory::state_store& s, std::uint64_t process) {
  lease const one{process, 1, 0, std::numeric_limits<std::int64_t>::max(), identity::self(), ZDDM_VERSION, "", ""};
  std::array<change, 1> const made{{{lease_path("m", process), any_revision, entry::encode("lease", one)}}};
  s.commit(made);
}

void leave(zddm::memory::state_store& s, std::uint64_t process) {
  std::array<change, 1> const gone{{{lease_path("m", process), any_revision, {}}}};
  s.commit(gone);
}

void tell(zddm::memory::state_store& s, std::uint64_t process, std::uint64_t equal, std::uint64_t took = 1000) {
  measures m{};
  m.process = process;
  m.counted.equal = equal;
  m.old_reads = {{took}, {10}};
  publish(s, "m", m);
}

series all(zddm::memory::state_store& s) { return load_series(s, "m").first; }

} // namespace

TEST_CASE("sample: every comparison of every process is counted once, whoever comes and goes") {
  zddm::memory::state_store s;
  stand(s, 1);
  tell(s, 1, 100);
  sample(s, "m", 1'000'000);
  CHECK(all(s).since(0).compared == 100);
  stand(s, 2);
  tell(s, 1, 130);
  tell(s, 2, 7);
  sample(s, "m", 1'040'000);
  CHECK(all(s).since(0).compared == 137);
  leave(s, 1);
  tell(s, 2, 9);
  sample(s, "m", 1'080'000);
  CHECK(all(s).since(0).compared == 139);
  stand(s, 3);
  tell(s, 3, 1);
  sample(s, "m", 1'120'000);
  CHECK(all(s).since(0).compared == 140);
  CHECK(all(s).points.size() == 4);
}

TEST_CASE("sample: who comes a moment after another adds nothing; a clock that was set back does not stop it") {
  zddm::memory::state_store s;
  stand(s, 1);
  tell(s, 1, 100);
  sample(s, "m", 1'000'000);
  tell(s, 1, 200);
  sample(s, "m", 1'009'999);
  CHECK(all(s).since(0).compared == 100);
  sample(s, "m", 900'000);
  CHECK(all(s).since(0).compared == 200);
}

TEST_CASE("sample: how long reads took, over all processes") {
  zddm::memory::state_store s;
  stand(s, 1);
  stand(s, 2);
  tell(s, 1, 0, 1000);
  tell(s, 2, 0, 5000);
  sample(s, "m", 1'000'000);
  CHECK(all(s).points.back().old_p50 == 1000);
  CHECK(all(s).points.back().old_p99 == 5000);
  CHECK(all(s).points.back().new_p99 == 0);
}

TEST_CASE("sample: what was told by a process that is gone is removed") {
  zddm::memory::state_store s;
  stand(s, 1);
  tell(s, 1, 5);
  tell(s, 2, 5);
  sample(s, "m", 1'000'000);
  CHECK(s.read(measures_path("m", 1)));
  CHECK_FALSE(s.read(measures_path("m", 2)));
}

TEST_CASE("sample: of two at once one is counted") {
  struct meddling : zddm::memory::state_store {
    bool commit(std::span<change const> changes) {
      if (!meddled) {
        meddled = true;
        sample(static_cast<zddm::memory::state_store&>(*this), "m", 1'000'001);
      }
      return zddm::memory::state_store::commit(changes);
    }
    bool meddled = true;
  } s;
  stand(s, 1);
  tell(s, 1, 5);
  s.meddled = false;
  sample(s, "m", 1'000'000);
  CHECK(all(s).since(0).compared == 5);
  CHECK(all(s).asked == 1'000'001);
}
