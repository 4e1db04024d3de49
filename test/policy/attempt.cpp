// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/attempt.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

namespace {
template <class R> zddm::attempt<R> failed(char const* why) {
  return zddm::attempt<R>(std::make_exception_ptr(std::runtime_error(why)));
}
} // namespace

TEST_CASE("policy attempt: what succeeded holds its result and no failure") {
  zddm::attempt<std::string> a(std::string("value"));
  CHECK(bool(a));
  CHECK(*a == "value");
  CHECK(a->size() == 5);
  CHECK(a.failure() == nullptr);
}

TEST_CASE("policy attempt: what failed throws again what was thrown") {
  auto const a = failed<int>("no room");
  CHECK(!a);
  CHECK(a.failure() != nullptr);
  CHECK_THROWS_WITH_AS(a.rethrow(), "no room", std::runtime_error);
}

TEST_CASE("policy attempt: success is not the truth of the result") {
  zddm::attempt<bool> refused(false);
  CHECK(bool(refused));
  CHECK(!*refused);
  zddm::attempt<std::optional<int>> absent(std::nullopt);
  CHECK(bool(absent));
  CHECK(!*absent);
}

TEST_CASE("policy attempt: results may be move-only, and a failure is never taken for a result by accident") {
  zddm::attempt<std::unique_ptr<int>> a(std::make_unique<int>(7));
  auto const taken = std::move(*a);
  CHECK(*taken == 7);
  CHECK(!std::is_convertible_v<std::exception_ptr, zddm::attempt<int>>);
}

TEST_CASE("policy attempt: a call without a result ends in done") {
  zddm::attempt<zddm::done> a(zddm::done{});
  CHECK(bool(a));
  CHECK(std::is_empty_v<zddm::done>);
}
