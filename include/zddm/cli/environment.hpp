// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace zddm::cli {

/// Where a migration looks up how to reach its stores: the variables of the process, unless a test gives others.
class environment {
public:
  using lookup = std::function<std::optional<std::string>(std::string const&)>;

  explicit environment(lookup look = of_the_process) : look_(std::move(look)) {}

  /// Nothing where the variable is not set.
  std::optional<std::string> get(std::string const& name) const { return look_(name); }
  std::string get(std::string const& name, std::string fallback) const { return look_(name).value_or(std::move(fallback)); }

private:
  static std::optional<std::string> of_the_process(std::string const& name) {
    char const* const value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  }

  lookup look_;
};

} // namespace zddm::cli
