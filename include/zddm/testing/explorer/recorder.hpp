// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/testing/explorer/explorer.hpp>
#include <zddm/testing/history.hpp>

namespace zddm::testing::explorer {

/// Writes down what the processes of a schedule did to one key, for `linearizable` and `regular`.
template <class Value> class recorder {
public:
  using event_type = event<Value>;
  using kind = typename event_type::kind;

  void clear() { events_.clear(); }
  std::vector<event_type> const& events() const { return events_; }

  /// Runs one operation that returns what it read or wrote. An operation that failed for certain is taken out again; one
  /// whose outcome is unknown stays open.
  template <class Body>
  void run(int by, kind what, std::optional<Value> value, Body&& body,
           std::function<std::optional<Value>(std::optional<Value> const&)> change = {}) {
    auto& e = explorer::current();
    e.step("calls");
    auto const at = events_.size();
    std::uint64_t ended = 0;
    for (std::size_t i = 0; i < at; ++i)
      if (events_[i].ended()) ended |= std::uint64_t{1} << (i % 64);
    events_.push_back({what, std::move(value), std::move(change), e.tick(), event_type::never, by});
    e.learned(ended * 131 + at);
    try {
      std::optional<Value> result = body();
      if (what != kind::write) events_[at].value = std::move(result);
      events_[at].returned = e.tick();
    } catch (store_error const& failure) {
      ++failures_;
      if (failure.kind() != error_class::unknown_outcome && what != kind::read) events_[at].what = kind::read;
    } catch (error const&) {
      ++failures_;
      events_[at].what = kind::read;
    } catch (cancelled const&) {
      ++failures_;
    }
  }

  /// Operations that ended with an error, over all schedules.
  std::uint64_t failures() const { return failures_; }

private:
  std::vector<event_type> events_;
  std::uint64_t failures_ = 0;
};

} // namespace zddm::testing::explorer
