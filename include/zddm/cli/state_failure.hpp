// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <zddm/core/error.hpp>

namespace zddm::cli {

/// The state store could not be reached or used; told apart from a failure of the migration's own stores.
class state_failure : public store_error {
public:
  explicit state_failure(store_error const& e) : store_error(e.kind(), without_code(e.what()), e.code()) {}

  /// Does `f`; what it throws as a `store_error` becomes a `state_failure`.
  template <class F> static auto guarded(F&& f) {
    try {
      return f();
    } catch (store_error const& e) {
      throw state_failure(e);
    }
  }

private:
  static std::string without_code(std::string_view what) {
    auto const colon = what.find(": ");
    return std::string(what.starts_with("ZD-") && colon != std::string_view::npos ? what.substr(colon + 2) : what);
  }
};

} // namespace zddm::cli
