// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a handle that returns a value must cover every state exactly once; several blocks run in the state
// expect: state::migrated
// expect: end one with until_X
#include <zddm/lifecycle/blocks.hpp>

int answer(zddm::lifecycle::handle& migration) {
  return zddm::handle(migration, zddm::until_switched([] { return 1; }), zddm::once_migrated([] { return 2; }));
}
