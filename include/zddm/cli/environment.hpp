// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <zddm/cli/exit_code.hpp>
#include <zddm/cli/failure.hpp>

namespace zddm::cli {

/// Where a migration looks up how to reach its stores: the variables of the process, unless a test gives others.
class environment {
public:
  using lookup = std::function<std::optional<std::string>(std::string const&)>;

  explicit environment(lookup look = of_the_process) : look_(std::move(look)) {}

  /// Nothing where the variable is not set.
  std::optional<std::string> get(std::string const& name) const { return look_(name); }
  std::string get(std::string const& name, std::string fallback) const { return look_(name).value_or(std::move(fallback)); }
  /// Throws `failure` where the variable is not set.
  std::string need(std::string const& name) const {
    if (auto found = look_(name)) return *std::move(found);
    throw failure(420, exit_code::usage, name + " is not set",
                  {{"the migration finds its stores by it", "export " + name + "=..."}});
  }

private:
  static std::optional<std::string> of_the_process(std::string const& name) {
    char const* const value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  }

  lookup look_;
};

} // namespace zddm::cli
