// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/callback.hpp>

#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/observer/none.hpp>
#include <zddm/proxy/proxy.hpp>

namespace {
using rows = zddm::memory::store<std::string, int>;
using steady = zddm::model<std::string, int, std::chrono::steady_clock>;

struct answers {
  std::vector<zddm::event::side> seen;
  void operator()(zddm::event::answered const& a) { seen.push_back(a.side); }
};
} // namespace

using told = zddm::observer::callback<answers>::bind<steady>;
static_assert(zddm::hears<told, zddm::event::answered>);
static_assert(!zddm::hears<told, zddm::event::call>, "what nobody listens to is not timed");

TEST_CASE("observer callback: the sink is told what it can be called with") {
  rows from, to;
  zddm::lifecycle::handle h("m");
  answers sink;
  zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::observer::callback<answers>> p(from, to, sink, h);
  from.put("k", 1);
  h.take(zddm::lifecycle::step::prepare);
  CHECK(p.read("k") == 1);
  CHECK(p.read("k") == 1);
  CHECK(sink.seen == std::vector{zddm::event::side::old_store, zddm::event::side::new_store});
}
