// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/consistency.hpp>

#include <iomanip>
#include <iostream>
#include <string>

#include <doctest/doctest.h>

#include <zddm/cache/read_back.hpp>
#include <zddm/cache/write_back.hpp>
#include <zddm/cache/write_invalidate.hpp>
#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/journaled.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/consistency/unguarded.hpp>
#include <zddm/consistency/versioned.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/testing/explorer/mutex.hpp>

using namespace zddm;
namespace explorer = testing::explorer;
using key_locked = consistency::key_locked_by<explorer::mutex, 1>;

namespace {

/// Explores a composition, prints what came of it, and checks it.
template <class... Policies> void explored(std::string const& name) {
  std::cout << name << '\n';
  for (auto const& c : testing::laws::consistency<Policies...>()) {
    std::cout << "  " << std::left << std::setw(32) << to_string(c.about) << std::setw(8) << (c.closed ? "closed" : "open")
              << std::right << std::setw(10) << c.seen.tally.schedules << " schedules" << std::setw(8) << c.seen.not_linearizable
              << std::setw(8) << c.seen.not_regular << std::setw(8) << c.seen.lost << std::setw(8) << c.seen.apart << std::endl;
    CAPTURE(name);
    CAPTURE(to_string(c.about));
    CAPTURE(c.seen.tally.witness);
    CHECK(c.seen.tally.complete);
    CHECK_FALSE(c.wrong());
    if (!c.closed) CHECK_MESSAGE(c.witness, "nothing opens it: it could be promised");
  }
}

} // namespace

TEST_CASE("laws::consistency: what a composition promises closed stays closed, and what it leaves open comes up") {
  explored<consistency::intent>("intent");
  explored<consistency::versioned>("versioned");
  explored<key_locked>("key_locked");
  explored<consistency::journaled<key_locked>>("journaled<key_locked>");
  explored<consistency::unguarded>("unguarded");
}

TEST_CASE("laws::consistency: the parts that put work off keep what the composition promises") {
  using read_back = cache::read_back_on<explorer::executor>;
  using write_back = cache::write_back_on<explorer::executor>;
  using cache::flow, cache::read_through, cache::write_invalidate, cache::write_through;
  explored<consistency::intent, flow<read_back, write_back>>("intent, read_back, write_back");
  explored<consistency::versioned, flow<read_back, write_through>>("versioned, read_back");
  explored<key_locked, flow<read_back, write_through>>("key_locked, read_back");
  explored<key_locked, flow<read_through, write_back>>("key_locked, write_back");
  explored<consistency::intent, flow<read_through, write_invalidate>>("intent, write_invalidate");
  explored<key_locked, flow<read_through, write_invalidate>>("key_locked, write_invalidate");
}

TEST_CASE("laws::consistency: a failure policy that lets failures of New through changes nothing else") {
  explored<consistency::intent, failure::propagate>("intent, propagate");
  explored<key_locked, failure::propagate>("key_locked, propagate");
}
