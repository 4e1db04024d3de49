// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/read_path.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/gate/open.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::step;
using words = std::vector<std::string>;

namespace {

using rows = memory::store<std::string, int>;
using watched = testing::faulty_store<rows>;

/// Two stores that write down how they are read.
struct fixture {
  rows old_rows, new_rows;
  watched old_store{old_rows}, new_store{new_rows};
  words asked;
  lifecycle::handle life{"trial"};
  proxy<watched, watched, lifecycle::local, gate::open> p{old_store, new_store, life};

  fixture() {
    for (auto const* key : {"a", "b", "c"}) p.write(key, 1);
    listen(old_store, "old");
    listen(new_store, "new");
  }
  void listen(watched& store, std::string side) {
    store.script([this, side](std::string_view member) -> std::optional<testing::fault> {
      asked.push_back(side + ' ' + std::string(member));
      return std::nullopt;
    });
  }
  /// How the stores are asked by `f`.
  template <class F> words during(F&& f) {
    asked.clear();
    f();
    return asked;
  }
  auto visits(std::string const& key) {
    return during([&] { CHECK(detail::read_path(p).visit(key, [](int n) { CHECK(n == 1); })); });
  }
  auto reads_many() {
    std::vector<std::string> const keys{"b", "nobody", "a"};
    return during([&] { CHECK(detail::read_path(p).get_many(keys) == std::vector<std::optional<int>>{1, {}, 1}); });
  }
};

} // namespace

TEST_CASE("proxy read path: the store that answers lends its value, and New only one that may be trusted") {
  fixture f;
  CHECK(f.visits("a") == words{"old visit"});
  f.life.take(step::prepare);
  auto const missed = f.visits("a");
  CHECK(std::ranges::count(missed, "old get") == 1); // filled by the way
  CHECK(f.visits("a") == words{"new visit"});
  for (auto const s : {step::migrate, step::cut_over, step::complete}) f.life.take(s);
  CHECK(f.visits("a") == words{"new visit"});
  CHECK_FALSE(detail::read_path(f.p).visit("nobody", [](int) { FAIL("there is nothing to lend"); }));
}

TEST_CASE("proxy read path: one batch where one store answers for all, and each key alone where it depends on the key") {
  fixture f;
  CHECK(f.reads_many() == words{"old get_many"});
  f.life.take(step::prepare);
  f.reads_many();
  auto const alone = f.reads_many();
  CHECK(std::ranges::count(alone, "old get_many") + std::ranges::count(alone, "new get_many") == 0);
  for (auto const s : {step::migrate, step::cut_over, step::complete}) f.life.take(s);
  CHECK(f.reads_many() == words{"new get_many"});
}
