// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/state_failure.hpp>

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

using zddm::error_class;
using zddm::store_error;
using zddm::cli::state_failure;

TEST_CASE("state_failure: has the code, the class and one prefix of what it stands for") {
  state_failure const e(store_error(error_class::unknown_outcome, "cut off", 122));
  CHECK(e.code() == 122);
  CHECK(e.kind() == error_class::unknown_outcome);
  CHECK(std::string(e.what()) == "ZD-122: cut off");
}

TEST_CASE("state_failure: store errors alone become one") {
  CHECK(state_failure::guarded([] { return 7; }) == 7);
  CHECK_THROWS_AS(state_failure::guarded([] { throw store_error(error_class::transient, "away"); }), state_failure);
  CHECK_THROWS_AS(state_failure::guarded([] { throw std::runtime_error("else"); }), std::runtime_error);
}
