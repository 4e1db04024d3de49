// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a handle takes blocks: wrap each function in until_X, once_X
#include <zddm/lifecycle/blocks.hpp>

void answer(zddm::lifecycle::handle& migration) {
  zddm::handle(migration, [] {});
}
