// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a handle that returns a value must cover every state exactly once; no block runs in the state
// expect: state::unrun
// expect: add one
#include <zddm/lifecycle/blocks.hpp>

int answer(zddm::lifecycle::handle& migration) {
  return zddm::handle(migration, zddm::once_prepared([] { return 1; }));
}
