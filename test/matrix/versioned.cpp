// SPDX-License-Identifier: BSL-1.0
#include "matrix/world.hpp"

#include <zddm/consistency/versioned.hpp>

TEST_CASE("matrix: versioned with every gate, cache and failure policy") {
  matrix::every_gate_cache_and_failure<zddm::consistency::versioned>();
}
