// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// A state store in which every call is a step that the explorer may put anywhere, and may let fail. `object` tells the
/// stores of one world apart.
template <lifecycle::state_store Store> class stepping_state {
public:
  stepping_state(Store& inner, std::size_t object) : inner_(inner), object_(object) {}

  std::optional<lifecycle::stored> read(std::string_view path) {
    step("reads the state");
    auto found = inner_.read(path);
    explorer::current().learned(found ? fingerprint(*found) : 1);
    return found;
  }

  std::vector<lifecycle::stored> list(std::string_view path) {
    step("lists the state");
    auto found = inner_.list(path);
    for (auto const& one : found) explorer::current().learned(fingerprint(one));
    explorer::current().learned(found.size());
    return found;
  }

  bool commit(std::span<lifecycle::change const> changes) {
    auto& e = explorer::current();
    e.step("commits to the state");
    auto const how = e.fails(object_, {fault::before, fault::after, fault::cancelled});
    if (how == fault::before) throw store_error(error_class::transient, "the state store is not reached in this schedule");
    if (how == fault::cancelled) throw cancelled{};
    bool const applied = inner_.commit(changes);
    if (applied)
      for (auto const& c : changes) e.changed(object_, std::hash<std::string_view>{}(c.path) + (c.value ? 1 : 0));
    e.learned(applied ? 3 : 2);
    if (how == fault::after)
      throw store_error(error_class::unknown_outcome, "the state store was not heard of after a commit in this schedule");
    return applied;
  }

  std::chrono::milliseconds now() { return inner_.now(); }

private:
  void step(std::string_view what) {
    auto& e = explorer::current();
    e.step(what);
    switch (e.fails(object_, {fault::before, fault::cancelled})) {
    case fault::none: break;
    case fault::cancelled: throw cancelled{};
    default: throw store_error(error_class::transient, "the state store is not reached in this schedule");
    }
  }

  /// Without the value: the revision says which it is, and names of processes do not count.
  static std::uint64_t fingerprint(lifecycle::stored const& s) { return s.revision + 1; }

  Store& inner_;
  std::size_t object_;
};

} // namespace zddm::testing::explorer
