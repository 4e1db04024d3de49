// SPDX-License-Identifier: BSL-1.0
// expect: zddm: the blocks of a handle return values of types that have no common type
#include <zddm/lifecycle/blocks.hpp>

#include <string>

void answer(zddm::lifecycle::handle& migration) {
  zddm::handle(migration, zddm::until_switched([] { return 1; }), zddm::once_switched([] { return std::string(); }));
}
