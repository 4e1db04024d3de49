// SPDX-License-Identifier: BSL-1.0
// expect: zddm: either all blocks of a handle return a value or none does
// expect: return a value from every block
#include <zddm/lifecycle/blocks.hpp>

void answer(zddm::lifecycle::handle& migration) {
  zddm::handle(migration, zddm::until_switched([] { return 1; }), zddm::once_switched([] {}));
}
