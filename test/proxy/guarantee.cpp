// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/guarantee.hpp>

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/core/archetype.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

namespace {
using rows = zddm::memory::store<std::string, int>;
using zddm::guarantee;
using zddm::guarantees;
using zddm::hazard;

using fleet = zddm::proxy<rows, rows, zddm::lifecycle::shared>;
using alone = zddm::proxy<rows, rows, zddm::lifecycle::local>;
using locked = zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::consistency::key_locked>;
using bare = zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::failure::propagate>;
using pinned = zddm::proxy<rows, rows>;

/// A consistency policy that says nothing of itself.
struct silent {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : zddm::consistency::key_locked::bind<Model> {
    template <class Old, class New> static constexpr zddm::hazards closes{};
    static constexpr zddm::agreement reads = zddm::agreement::none;
  };
};
using mute = zddm::proxy<rows, rows, zddm::lifecycle::local, silent>;

struct exact {
  static std::string to_new(int v) { return std::to_string(v); }
  static int to_old(std::string const& v) { return std::stoi(v); }
};
struct rounding : exact {
  static constexpr bool lossy = true;
};
using texts = zddm::memory::store<std::string, std::string>;
template <class Mapping> using converted = zddm::proxy<zddm::mapped<rows, Mapping>, texts, zddm::lifecycle::shared>;
} // namespace

static_assert(zddm::demand<fleet, guarantee::linearizable> && zddm::demand<fleet, guarantee::crash_safe> &&
              zddm::demand<fleet, guarantee::many_processes> && zddm::demand<fleet, guarantee::shielded>);

static_assert(guarantees<alone, guarantee::linearizable> && !guarantees<alone, guarantee::many_processes>);
static_assert(!guarantees<alone, guarantee::crash_safe>, "nothing durable tells which row a process was in");

static_assert(guarantees<locked, guarantee::linearizable> && guarantees<locked, guarantee::convergent>);
static_assert(!guarantees<locked, guarantee::crash_safe>);
static_assert(!zddm::promise_of<locked>.closed.has(hazard::crash_between_writes));

static_assert(!guarantees<bare, guarantee::shielded> && guarantees<bare, guarantee::regular>);

static_assert(!guarantees<mute, guarantee::convergent> && !guarantees<mute, guarantee::regular>);

static_assert(zddm::demand<fleet, guarantee::reversible> && zddm::demand<converted<exact>, guarantee::reversible>);
static_assert(!guarantees<converted<rounding>, guarantee::reversible> &&
              guarantees<converted<rounding>, guarantee::linearizable>);

static_assert(zddm::promise_of<pinned>.open().empty(), "one store is asked, and nothing moves");

TEST_CASE("proxy guarantee: what is open is told by name, with the assumption it rests on") {
  CHECK(to_string(zddm::promise_of<fleet>) ==
        "reads linearizable, many processes, shielded from New\nprovided that no write of Old takes longer than a lease\n"
        "open: H14 restarted time to live");
  CHECK(to_string(zddm::promise_of<bare>) == "reads linearizable, one process, failures of New reach callers\n"
                                             "provided that no write of Old takes longer than a lease\n"
                                             "open: H14 restarted time to live\nopen: H16 wrong state at start");
  CHECK(to_string(zddm::promise_of<converted<rounding>>)
            .starts_with("reads linearizable, many processes, shielded from New, no way back after the switch\n"));
}
