// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/shared_queue.hpp>

#include <memory>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/testing/laws/work_queue.hpp>

using namespace zddm;
using cli::shared_queue;

namespace {

/// A state store whose queue is its own.
struct queueing : memory::state_store {
  shared_queue queue(std::string_view name) {
    return shared_queue(std::make_unique<backfill::state_queue<memory::state_store>>(*this, name));
  }
};

struct away : memory::state_store {
  std::optional<lifecycle::stored> read(std::string_view) { throw store_error(error_class::transient, "away", 150); }
};

} // namespace

TEST_CASE("shared_queue: it is a queue like the one inside, and the state_queue of a store that brings it") {
  static_assert(backfill::queueing_state_store<queueing>);
  static_assert(!backfill::queueing_state_store<memory::state_store>);
  struct held {
    std::unique_ptr<queueing> state = std::make_unique<queueing>();
    backfill::state_queue<queueing> inner{*state, "people"};
    bool make(std::string_view text, std::uint64_t n) { return inner.make(text, n); }
    auto plan() { return inner.plan(); }
    auto claim(std::uint64_t p, std::string_view by, backfill::wanted const& w, std::chrono::milliseconds l) {
      return inner.claim(p, by, w, l);
    }
    bool report(backfill::task const& t, backfill::report const& r) { return inner.report(t, r); }
    auto items(std::uint64_t p) { return inner.items(p); }
    auto counts(std::uint64_t p) { return inner.counts(p); }
    auto reopen(std::uint64_t p) { return inner.reopen(p); }
    void forget() { inner.forget(); }
  };
  testing::laws::work_queue([] { return held(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("shared_queue: failures are those of the state store") {
  away state;
  shared_queue queue(std::make_unique<backfill::state_queue<away>>(state, "people"));
  try {
    queue.plan();
    FAIL("it was read");
  } catch (cli::state_failure const& e) {
    CHECK(e.code() == 150);
  }
}
