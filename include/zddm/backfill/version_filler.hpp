// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <exception>

#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>

namespace zddm::backfill {

/// Fills a New that keeps versions (`consistency::versioned`), whoever writes meanwhile: reads the key again from Old, and New
/// takes it with its version only if that is newer than what New was ever told. Both stores outlive it.
template <versioned_store Old, versioned_store New> class version_filler {
public:
  version_filler(Old& from, New& to) : from_(from), to_(to) {}

  bool fill(key_of<New> const& key) {
    auto const here = from_.get_versioned(key);
    return here.value && to_.put_if_newer(key, *here.value, std::max(here.version, oldest_version));
  }

  static error_class classify(std::exception const& e) { return zddm::classify<New>(e); }

private:
  Old& from_;
  New& to_;
};

} // namespace zddm::backfill
