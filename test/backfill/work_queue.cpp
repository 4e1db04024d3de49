// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/work_queue.hpp>

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>

namespace backfill = zddm::backfill;

namespace {

struct without_fencing {
  bool make(std::string_view, std::uint64_t);
  std::optional<backfill::planned> plan();
  std::vector<backfill::task> claim(std::uint64_t, std::string_view, backfill::wanted const&, std::chrono::milliseconds);
  void report(backfill::task const&, backfill::report const&); // says not whether it was taken
  std::vector<backfill::item> items(std::uint64_t);
  backfill::counts counts(std::uint64_t);
  std::uint64_t reopen(std::uint64_t);
  void forget();
};

} // namespace

static_assert(backfill::work_queue<backfill::state_queue<zddm::memory::state_store>>);
static_assert(!backfill::work_queue<without_fencing>);
static_assert(!backfill::work_queue<zddm::memory::state_store>);

TEST_CASE("work_queue: every state of an item has a name, and a task is renewed unless more is said") {
  CHECK(to_string(backfill::work::open) == "open");
  CHECK(to_string(backfill::work::held) == "held");
  CHECK(to_string(backfill::work::done) == "done");
  CHECK(to_string(backfill::work::failed) == "failed");
  backfill::report const heartbeat{};
  CHECK(heartbeat.to == backfill::work::held);
  CHECK_FALSE(heartbeat.note);
  CHECK(backfill::wanted{}.most == 1);
}
