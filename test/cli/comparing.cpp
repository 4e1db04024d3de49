// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/comparing.hpp>

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {
zddm::verify::position at(std::uint64_t walked) {
  zddm::verify::position p;
  p.todo = {{false, "3", {}}};
  p.walked = walked;
  p.whole = 10;
  return p;
}

/// A comparison whose store failed once it had saved where it was.
void stop_at_four(desk& d, cli::session& s) {
  d.m.comparing = [](zddm::verify::options const& how) {
    how.save(at(4));
    throw zddm::store_error(zddm::error_class::transient, "x");
  };
  CHECK_THROWS_AS(cli::comparing(s, d.m, {}).run(), zddm::store_error);
}
} // namespace

TEST_CASE("comparing: one that was stopped goes on from its last position, of its kind only") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  d.m.comparing = [&](zddm::verify::options const& how) {
    CHECK_FALSE(how.from);
    how.save(at(4));
    d.stop.request(2);
  };
  CHECK_THROWS_AS(cli::comparing(s, d.m, {}).run(), cli::interrupted);

  cli::interruption calm;
  cli::session later{d.state, d.out, d.asked, calm};
  bool resumed = false;
  d.m.comparing = [&](zddm::verify::options const& how) { resumed = how.from.has_value(); };
  cli::comparing(later, d.m, {.ranges = 3}).run();
  CHECK_FALSE(resumed);
  d.asked.continuous = true;
  cli::comparing(later, d.m, {}).run();
  CHECK_FALSE(resumed);
  d.asked.continuous = false;
  d.asked.dry_run = true;
  cli::comparing(later, d.m, {}).run();
  CHECK_FALSE(resumed);
  d.asked.dry_run = false;
  d.m.comparing = [&](zddm::verify::options const& how) {
    REQUIRE(how.from);
    CHECK(how.from->walked == 4);
    resumed = true;
  };
  cli::comparing(later, d.m, {}).run();
  CHECK(resumed);
  CHECK(d.said("resumes at 4 of about 10 keys"));
  d.m.comparing = [&](zddm::verify::options const& how) { resumed = how.from.has_value(); };
  cli::comparing(later, d.m, {}).run();
  CHECK_FALSE(resumed);
}

TEST_CASE("comparing: what an earlier pass left open is looked at where no position was saved, else the position counts") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  zddm::verify::position before;
  before.found.listed.push_back({"9", "extra", {}, 5, false, {}, {}, {}, {}});
  d.m.comparing = [&](zddm::verify::options const& how) {
    REQUIRE(how.from);
    CHECK(how.from->found.listed.at(0).key == "9");
    CHECK(how.from->todo.empty());
  };
  cli::comparing(s, d.m, {}).run(before);
  cli::comparing saved(s, d.m, {});
  d.m.comparing = [&](zddm::verify::options const& how) {
    how.save(at(4)), throw zddm::store_error(zddm::error_class::transient, "x");
  };
  CHECK_THROWS_AS(saved.run(), zddm::store_error);
  d.m.comparing = [&](zddm::verify::options const& how) { CHECK(how.from->walked == 4); };
  cli::comparing(s, d.m, {}).run(before);
}

TEST_CASE("comparing: nothing is said of stores that left the rows in which they can be compared") {
  desk d("verify");
  d.place(row::switched);
  auto s = d.session();
  d.m.comparing = [&](zddm::verify::options const& how) {
    CHECK_NOTHROW(how.confirm());
    d.place(row::completing);
    CHECK_THROWS_AS(how.confirm(), cli::failure);
  };
  cli::comparing(s, d.m, {}).run();
}

TEST_CASE("comparing: what was seen of one copy says nothing of a later one, after a rollback or a new plan") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  queue.make("", 1);
  d.m.comparing = [&](zddm::verify::options const& how) {
    CHECK_NOTHROW(how.confirm());
    queue.forget();
    queue.make("", 1);
    try {
      how.confirm();
      FAIL("the copy is another one");
    } catch (cli::failure const& e) {
      CHECK(e.code() == 301);
      CHECK(e.exit() == cli::exit_code::refused);
      CHECK(e.findings().at(0).remedy == "zd verify names");
    }
    how.save(at(4));
    throw zddm::store_error(zddm::error_class::transient, "x");
  };
  CHECK_THROWS_AS(cli::comparing(s, d.m, {}).run(), zddm::store_error);
  d.m.comparing = [&](zddm::verify::options const& how) { CHECK_FALSE(how.from); };
  cli::comparing(s, d.m, {}).run();
}

TEST_CASE("comparing: what was seen before another one found more is looked at anew") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  stop_at_four(d, s);
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 2; });
  d.m.comparing = [&](zddm::verify::options const& how) { CHECK_FALSE(how.from); };
  cli::comparing(s, d.m, {}).run();
}

TEST_CASE("comparing: what was found before a repair is not counted after it") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  stop_at_four(d, s);
  zddm::verify::repairs done{};
  bool resumed = false;
  d.m.comparing = [&](zddm::verify::options const& how) {
    resumed = how.from.has_value();
    throw zddm::store_error(zddm::error_class::transient, "x");
  };
  cli::comparing(s, d.m, {}).heal({.dry_run = true}, done);
  CHECK_THROWS_AS(cli::comparing(s, d.m, {}).run(), zddm::store_error);
  CHECK(resumed);
  cli::comparing(s, d.m, {}).heal({}, done);
  CHECK_THROWS_AS(cli::comparing(s, d.m, {}).run(), zddm::store_error);
  CHECK_FALSE(resumed);
}

TEST_CASE("comparing: how it gets on is shown, with values only where they are asked for") {
  desk d("verify", true);
  d.place(row::migrated);
  d.asked.values = true;
  auto s = d.session();
  d.m.comparing = [&](zddm::verify::options const& how) {
    CHECK(how.values);
    how.told({5, 10, d.m.found});
  };
  cli::comparing(s, d.m, {}).run();
  CHECK(d.data.str().find(R"("phase":"comparison","rows":10,"walked":5)") != std::string::npos);
  d.asked.values = false;
  d.m.comparing = [&](zddm::verify::options const& how) { CHECK_FALSE(how.values); };
  cli::comparing(s, d.m, {}).run();
}

TEST_CASE("comparing: samples in words") {
  CHECK(cli::in_words(zddm::verify::sample{}) == "full");
  CHECK(cli::in_words(zddm::verify::sample{.ranges = 20}) == "20 ranges");
  CHECK(cli::in_words(zddm::verify::sample{zddm::threshold::percent(1)}) == "1%");
}
