// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/gate.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
using zddm::threshold;

namespace {
void low(zddm::lifecycle::record& r) { r.now.high_water = r.now.announced = threshold::percent(10); }
} // namespace

TEST_CASE("gate: without a rate it is shown") {
  desk d("gate");
  d.place(row::prepared, low);
  auto const before = d.record();
  d.run(cli::gate);
  CHECK(d.data.str() == "names: gate at 0%, highest so far 10% (epoch 1)\n");
  CHECK((d.record() == before));
}

TEST_CASE("gate: a rate above the highest so far is announced, settled, and then used by everybody") {
  desk d("gate");
  d.place(row::prepared, low);
  process const p(d.memory);
  d.asked.rate = "12.5";
  d.run(cli::gate);
  CHECK(d.record().now.rate == *threshold::parse("12.5"));
  CHECK(d.record().now.high_water == *threshold::parse("12.5"));
  CHECK(d.record().now.epoch == 4);
  CHECK((p.handle.current() == d.record().now));
}

TEST_CASE("gate: down and up again takes one step each, also beside another operator") {
  desk d("gate");
  d.place(row::prepared, low);
  auto s = d.session();
  cli::hold const other(s, "names");
  for (auto const* rate : {"5", "0", "10%"}) {
    auto const before = d.record().now.epoch;
    d.asked.rate = rate;
    d.run(cli::gate);
    CHECK(d.record().now.rate == *threshold::parse(rate));
    CHECK(d.record().now.epoch == before + 1);
  }
  d.asked.rate = "11";
  CHECK_THROWS_AS(d.run(cli::gate), zddm::lifecycle::held);
  CHECK(d.record().now.rate == threshold::percent(10));
}

TEST_CASE("gate: what is no rate is wrong usage") {
  desk d("gate");
  d.place(row::prepared);
  for (auto const* rate : {"", "x", "101", "-1", "1.23456", "ten"}) {
    d.asked.rate = rate;
    auto const e = d.failure_of(cli::gate);
    CHECK(e.code() == 415);
    CHECK(e.exit() == cli::exit_code::usage);
  }
}

TEST_CASE("gate: rows that are only announced keep their rate, and after the switch nobody asks") {
  desk d("gate");
  d.asked.rate = "50";
  for (auto const at : {row::preparing, row::switching, row::switched, row::completing, row::completed, row::destroyed}) {
    d.place(at);
    CHECK(d.failure_of(cli::gate).code() == 301);
  }
  for (auto const at : {row::unrun, row::migrating, row::migrated}) {
    d.place(at);
    d.asked.rate = at == row::migrated ? "51" : at == row::migrating ? "52" : "53";
    d.run(cli::gate);
    CHECK(d.record().now.rate == *threshold::parse(*d.asked.rate));
  }
}

TEST_CASE("gate: a dry run changes nothing") {
  desk d("gate");
  d.asked.dry_run = true;
  d.asked.rate = "50";
  d.place(row::prepared);
  d.run(cli::gate);
  CHECK(d.record().now.rate.is_closed());
  CHECK(d.said("the gate would go from 0% to 50%; nothing was changed"));
}
