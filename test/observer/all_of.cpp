// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/all_of.hpp>

#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/callback.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/observer/none.hpp>
#include <zddm/proxy/proxy.hpp>

namespace {
using rows = zddm::memory::store<std::string, int>;
using steady = zddm::model<std::string, int, std::chrono::steady_clock>;

struct fills {
  int seen = 0;
  void operator()(zddm::event::filled const& f) { seen += f.applied; }
};
} // namespace

using zddm::observer::all_of;
static_assert(std::is_empty_v<all_of<zddm::observer::none, all_of<>>::bind<steady>>);
static_assert(zddm::hears<all_of<zddm::observer::none, zddm::observer::counters>::bind<steady>, zddm::event::call>);
static_assert(!zddm::hears<all_of<zddm::observer::none, zddm::observer::callback<fills>>::bind<steady>, zddm::event::call>);

TEST_CASE("observer all_of: each is told what it listens to") {
  rows from, to;
  zddm::lifecycle::handle h("m");
  fills sink;
  zddm::observer::counts counts;
  zddm::proxy<rows, rows, zddm::lifecycle::local,
              all_of<zddm::observer::counters, zddm::observer::none, zddm::observer::callback<fills>>>
      p(from, to, h, sink, counts);
  from.put("k", 1);
  h.take(zddm::lifecycle::step::prepare);
  CHECK(p.read("k") == 1);
  CHECK(sink.seen == 1);
  CHECK(counts.fills == 1);
  CHECK(counts.of(zddm::event::side::old_store).answered[0] == 1);
}
