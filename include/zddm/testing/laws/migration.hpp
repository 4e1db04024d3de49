// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string_view>

#include <zddm/lifecycle/settings.hpp>
#include <zddm/lifecycle/transition.hpp>

namespace zddm::testing::laws {

/// What a walk does next, to which key, with which value.
struct stride {
  enum class kind : std::uint8_t { write, erase, read, visit, update, forward, back, outage, recovery, settle };
  kind what = kind::read;
  int key = 0;
  int value = 0;
};
inline constexpr int stride_kinds = 10;

inline std::ostream& operator<<(std::ostream& out, stride const& s) {
  constexpr std::string_view names[stride_kinds] = {"write",   "erase", "read",   "visit",    "update",
                                                    "forward", "back",  "outage", "recovery", "settle"};
  return out << names[static_cast<int>(s.what)] << '(' << s.key << ", " << s.value << ')';
}

/// Checks a composition by a walk: whatever row the migration is in, whatever became of New before it was required, the
/// proxy answers as a map in memory would, an acknowledged write is visible on the authority, and once completed New has
/// every value. `fail(text)` is called for each law broken.
///
/// `World` gives `proxy()`, `handle()`, `key(int)`, `value(int)`, `in_old(key)`, `in_new(key)` (what the store holds),
/// `outage(bool)` (New fails every call, or none), `recover()` (ends a quarantine once New is healed), `cover()` (New has a
/// value for every key that Old has) and `settle()` (what was put off is done).
template <class World, class Fail> void migration(World& world, std::span<stride const> walk, Fail fail) {
  using lifecycle::row;
  using lifecycle::step;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  using value_type = std::remove_cvref_t<decltype(world.value(0))>;
  std::map<int, value_type> expected;
  auto const wanted = [&](int k) { return expected.contains(k) ? std::optional<value_type>(expected.at(k)) : std::nullopt; };
  bool down = false;
  auto& p = world.proxy();
  auto const at = [&] { return world.handle().current().at; };
  auto const bring_up = [&] {
    world.outage(false);
    down = false;
    world.settle();
    world.recover();
  };
  auto const take = [&](step s) {
    world.settle();
    world.handle().take(s, std::remove_cvref_t<decltype(p)>::reach);
  };

  auto const check_authority = [&](int k) {
    auto const key = world.key(k);
    if (at() == row::completed)
      law(world.in_new(key) == wanted(k), "once completed an acknowledged write is in New");
    else
      law(world.in_old(key) == wanted(k), "until completed an acknowledged write is in Old");
  };
  auto const forward = [&] {
    if (down) bring_up();
    switch (at()) {
    case row::unrun: return take(step::prepare);
    case row::prepared: return take(step::migrate);
    case row::migrated: world.cover(); return take(step::cut_over);
    default: return;
    }
  };
  auto const back = [&] {
    if (down) bring_up();
    if (at() == row::switched) return take(step::switch_off);
  };

  for (auto const& s : walk) {
    auto const key = world.key(s.key);
    switch (s.what) {
    case stride::kind::write:
      p.write(key, world.value(s.value));
      expected.insert_or_assign(s.key, world.value(s.value));
      check_authority(s.key);
      break;
    case stride::kind::erase:
      p.erase(key);
      expected.erase(s.key);
      check_authority(s.key);
      break;
    case stride::kind::read: law(p.read(key) == wanted(s.key), "a read returns the last acknowledged write"); break;
    case stride::kind::visit: {
      bool const there = p.visit(key, [](auto const&) {});
      law(there == wanted(s.key).has_value(), "a visit finds what a read would");
      break;
    }
    case stride::kind::update: {
      auto const result = p.update(key, [&](std::optional<value_type> const& base) -> std::optional<value_type> {
        law(base == wanted(s.key), "an update starts from the last acknowledged write");
        return s.value % 3 == 0 ? std::nullopt : std::optional<value_type>(world.value(s.value));
      });
      if (result)
        expected.insert_or_assign(s.key, *result);
      else
        expected.erase(s.key);
      check_authority(s.key);
      break;
    }
    case stride::kind::forward: forward(); break;
    case stride::kind::back: back(); break;
    case stride::kind::outage:
      if (!lifecycle::route_of(at()).new_required) world.outage(down = true);
      break;
    case stride::kind::recovery:
      if (down) bring_up();
      break;
    case stride::kind::settle: world.settle(); break;
    }
  }
  if (down) bring_up();
  while (at() != row::switched) forward();
  for (auto const& [k, v] : expected) law(p.read(world.key(k)) == v, "once switched a read returns the last acknowledged write");
  world.cover();
  take(step::complete);
  for (auto const& [k, v] : expected) {
    law(p.read(world.key(k)) == v, "once completed a read returns the last acknowledged write");
    law(world.in_new(world.key(k)) == v, "once completed New has every value");
  }
}

} // namespace zddm::testing::laws
