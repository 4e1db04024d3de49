// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/lifecycle/shared.hpp>
#include <zddm/testing/explorer/local.hpp>

namespace zddm::testing::explorer {

/// The handles are kept by members over a `stepping_state`.
using shared = stepping_lifecycle<lifecycle::shared>;

} // namespace zddm::testing::explorer
