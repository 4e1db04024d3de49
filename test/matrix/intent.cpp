// SPDX-License-Identifier: BSL-1.0
#include "matrix/world.hpp"

TEST_CASE("matrix: intent with every gate, cache and failure policy") {
  matrix::every_gate_cache_and_failure<zddm::consistency::intent>();
}
