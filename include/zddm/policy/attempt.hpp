// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace zddm {

/// How one call of New ended: its result, or the failure that the failure policy kept from the caller.
template <class R> class attempt {
public:
  using value_type = R;

  attempt(R value) : value_(std::move(value)) {}
  explicit attempt(std::exception_ptr failure) : failure_(std::move(failure)) {}

  explicit operator bool() const noexcept { return value_.has_value(); }
  R& operator*() noexcept { return *value_; }
  R* operator->() noexcept { return &*value_; }
  std::exception_ptr const& failure() const noexcept { return failure_; }
  [[noreturn]] void rethrow() const { std::rethrow_exception(failure_); }

private:
  std::optional<R> value_;
  std::exception_ptr failure_;
};

/// Where a call of New that has no result stands.
struct done {};

} // namespace zddm
