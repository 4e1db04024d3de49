// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/write_path.hpp>

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::row;
using lifecycle::step;

namespace {

using rows = memory::store<std::string, int>;
using failing = testing::faulty_store<rows>;

template <class Consistency> struct fixture {
  rows old_rows, new_rows;
  failing new_store{new_rows};
  lifecycle::handle life{"trial"};
  proxy<rows, failing, lifecycle::local, gate::open, Consistency> p{old_rows, new_store, life};

  auto path(event::operation what) { return detail::write_path(p, key, what); }
  write_outcome write(int n) { return path(event::operation::write).apply(&n); }
  write_outcome erase() { return path(event::operation::erase).apply(nullptr); }

  std::string const key = "k";
};

} // namespace

TEST_CASE_TEMPLATE("proxy write path: what reached which store, row by row", Consistency, consistency::intent,
                   consistency::key_locked) {
  fixture<Consistency> f;
  CHECK(f.write(1) == write_outcome{reached::applied, reached::not_asked});
  f.life.take(step::prepare);
  CHECK(f.write(2) == write_outcome{reached::applied, reached::applied});
  CHECK((f.old_rows.get("k") == 2 && f.p.read("k") == 2));
  CHECK(f.erase() == write_outcome{reached::applied, reached::applied});
  CHECK((!f.old_rows.get("k") && !f.p.read("k")));
  for (auto const s : {step::migrate, step::cut_over, step::complete}) f.life.take(s);
  CHECK(f.write(3) == write_outcome{reached::not_asked, reached::applied});
  CHECK((!f.old_rows.get("k") && f.p.read("k") == 3));
  f.life.take(step::destroy);
  CHECK_THROWS_AS(f.write(4), refused);
  CHECK(f.new_rows.get("k") == 3);
}

TEST_CASE_TEMPLATE("proxy write path: where New does not take part any more a write shuts it out, and still succeeds once",
                   Consistency, consistency::intent, consistency::key_locked) {
  fixture<Consistency> f;
  f.life.take(step::prepare);
  f.write(1);
  f.new_store.script(testing::fail_always({error_class::permanent}));
  auto const outcome = f.write(2);
  CHECK(outcome.old_store == reached::applied);
  CHECK(f.old_rows.get("k") == 2);
  CHECK(f.p.read("k") == 2);
  int bases = 0;
  int n = 0;
  auto more = [&](std::optional<int> const& base) {
    ++bases;
    return std::optional(n = *base + 1);
  };
  CHECK(f.path(event::operation::update).update(more) == 3);
  CHECK(f.old_rows.get("k") == 3);
  CHECK((bases == 1 && n == 3));
}

TEST_CASE("proxy write path: what the caller's function throws undoes the update and shuts nothing out") {
  fixture<consistency::intent> f;
  f.life.take(step::prepare);
  f.write(1);
  auto fails = [](std::optional<int> const&) -> std::optional<int> { throw 7; };
  CHECK_THROWS_AS(f.path(event::operation::update).update(fails), int);
  CHECK((f.old_rows.get("k") == 1 && f.p.read("k") == 1));
  CHECK(f.life.current().shut == lifecycle::quarantine::none);
}
