// SPDX-License-Identifier: BSL-1.0
#include "matrix/world.hpp"

TEST_CASE("matrix: sampled with every gate, cache and failure policy") {
  matrix::every_gate_cache_and_failure<zddm::consistency::sampled<1, 2, zddm::consistency::repair, zddm::consistency::intent>>();
}
