// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/cli/environment.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/memory/store.hpp>

/// Migrations between real stores in memory.
namespace ground {

/// A store that can be cut off.
class store : public zddm::memory::store<int, std::string> {
  using base = zddm::memory::store<int, std::string>;

public:
  std::uint64_t size() const { return reach(), base::size(); }
  auto begin(int const& key, zddm::intent_id id) { return reach(), base::begin(key, id); }
  void clear() { reach(), base::clear(); }

  bool down = false;

private:
  void reach() const {
    if (down) throw zddm::store_error(zddm::error_class::transient, "the store is down");
  }
};

/// What the migrations stand on; one test at a time.
struct place {
  place() { here = this; }
  store from, to;
  int prepared = 0, migrated = 0, destroyed = 0;
  bool fail_step = false;
  static inline place* here = nullptr;
};

struct names {
  static constexpr std::string_view name = "names", from = "memory:old", to = "memory:new";
  struct proxy_type {
    static constexpr zddm::threshold reach = zddm::threshold::percent(20);
  };
  store& old_store() { return place::here->from; }
  store& new_store() { return place::here->to; }
  void prepare() {
    if (place::here->fail_step) throw std::runtime_error("the step failed");
    ++place::here->prepared;
  }
  void destroy() { ++place::here->destroyed; }
};

/// Within one store, by a step of its own; goes after `names`.
struct fields {
  static constexpr std::string_view name = "fields";
  static constexpr std::array<std::string_view, 1> depends_on{"names"};
  void migrate() {
    if (place::here->fail_step) throw std::runtime_error("the step failed");
    ++place::here->migrated;
  }
};

} // namespace ground
