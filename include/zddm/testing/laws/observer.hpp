// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string_view>

#include <zddm/policy/event.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::testing::laws {

/// Checks an observer: every event it listens to is heard, by any of its copies of the same parts and from every side and
/// operation, without an exception; `fail(text)` is called for each law broken.
template <class Make, class Fail> void observer(Make make, Fail fail) {
  auto&& told = make();
  auto const tell = [&](auto const& e) {
    if constexpr (hears<std::remove_reference_t<decltype(told)>, std::remove_cvref_t<decltype(e)>>) try {
        told.on(e);
      } catch (...) {
        fail(std::string_view("an observer does not throw"));
      }
  };
  for (auto const side : {event::side::old_store, event::side::new_store})
    for (std::size_t o = 0; o < event::operations; ++o) {
      auto const operation = static_cast<event::operation>(o);
      for (auto const result : {event::result::ok, event::result::failed})
        for (auto const took : {std::chrono::nanoseconds(0), std::chrono::nanoseconds::max()})
          tell(event::call{side, operation, result, took});
      tell(event::answered{side, operation});
    }
  for (std::size_t c = 0; c < event::comparisons; ++c) tell(event::compared{static_cast<event::comparison>(c), {}});
  for (bool const applied : {false, true}) {
    tell(event::filled{applied});
    tell(event::repaired{applied});
  }
  for (auto const why : {error_class::transient, error_class::permanent, error_class::unknown_outcome})
    tell(event::fell_back{why});
  tell(event::quarantined{});
  tell(event::shed{});
}

} // namespace zddm::testing::laws
