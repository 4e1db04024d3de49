// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/dispatch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {

/// `orders` depends on `names`, and stands behind it.
struct two : desk {
  explicit two(std::string what) : desk(std::move(what)) {
    asked.name.reset();
    for (auto const* name : {"names", "orders"}) {
      auto made = std::make_unique<scripted>();
      made->called = name;
      all.push_back(std::move(made));
    }
    orders().needs = {"names"};
  }
  scripted& names() { return static_cast<scripted&>(*all[0]); }
  scripted& orders() { return static_cast<scripted&>(*all[1]); }
  row at(std::string const& name) { return zddm::lifecycle::load(memory, name).value.now.at; }
  void put(std::string const& name, row r) {
    m.called = name;
    place(r);
  }
  void run() {
    auto s = session();
    cli::dispatch(s, all);
  }
  int code() {
    try {
      run();
    } catch (cli::failure const& e) {
      return e.code();
    }
    return 0;
  }

  cli::subjects all;
};

} // namespace

TEST_CASE("dispatch: a step without a name takes all that are where it starts, dependencies first") {
  two d("prepare");
  d.orders().during = [&](std::string const& what) {
    if (what == "prepare") CHECK(d.at("names") == row::prepared);
  };
  d.run();
  CHECK(d.at("names") == row::prepared);
  CHECK(d.at("orders") == row::prepared);
}

TEST_CASE("dispatch: those elsewhere are left alone, those on the way go on, and nothing to do is no failure") {
  two d("prepare");
  d.put("names", row::migrated);
  d.put("orders", row::preparing);
  d.run();
  CHECK(d.at("names") == row::migrated);
  CHECK(d.at("orders") == row::prepared);
  d.run();
  CHECK(d.said("no migration is unrun: nothing to do"));
}

TEST_CASE("dispatch: a name takes that one, an unknown name lists those there are") {
  two d("prepare");
  d.asked.name = "names";
  d.run();
  CHECK(d.at("orders") == row::unrun);
  d.asked.name = "people";
  CHECK(d.code() == 414);
}

TEST_CASE("dispatch: no step ahead of a dependency, and none back from under a dependent") {
  two d("migrate");
  d.put("names", row::prepared);
  d.put("orders", row::prepared);
  d.asked.name = "orders";
  CHECK(d.code() == 302);
  CHECK(d.at("orders") == row::prepared);
  d.put("names", row::migrated);
  CHECK(d.code() == 0);
  CHECK(d.at("orders") == row::migrated);
  d.asked.command = "rollback";
  d.asked.name = "names";
  CHECK(d.code() == 302);
  CHECK(d.at("names") == row::migrated);
  d.asked.name = "orders";
  CHECK(d.code() == 0);
  d.asked.name = "names";
  CHECK(d.code() == 0);
  CHECK(d.at("names") == row::unrun);
}

TEST_CASE("dispatch: without a name but with names confirmed, those are taken") {
  two d("complete");
  d.put("names", row::switched);
  d.put("orders", row::switched);
  d.asked.yes = {"names"};
  d.run();
  CHECK(d.at("names") == row::completed);
  CHECK(d.at("orders") == row::switched);
}

TEST_CASE("dispatch: a failure ends the command, what was done before stays") {
  two d("prepare");
  d.orders().rows = 1;
  CHECK(d.code() == 303);
  CHECK(d.at("names") == row::prepared);
  CHECK(d.at("orders") == row::unrun);
}

TEST_CASE("dispatch: status and history of all, or of one") {
  two d("status");
  d.run();
  CHECK(d.said("zd prepare orders"));
  d.asked.name = "names";
  d.run();
  CHECK(d.said("[unrun]"));
  d.asked.command = "history";
  CHECK(d.code() == 0);
}

TEST_CASE("dispatch: each command does its own") {
  struct expected {
    std::string command;
    row from, to;
  };
  for (auto const& e : std::vector<expected>{{"prepare", row::unrun, row::prepared},
                                             {"migrate", row::prepared, row::migrated},
                                             {"switch", row::migrated, row::switched},
                                             {"switchoff", row::switched, row::migrated},
                                             {"complete", row::switched, row::completed},
                                             {"destroy", row::completed, row::destroyed},
                                             {"rollback", row::migrated, row::unrun},
                                             {"verify", row::migrated, row::migrated},
                                             {"repair", row::migrated, row::migrated},
                                             {"gate", row::prepared, row::prepared}}) {
    two d(e.command);
    d.put("names", e.from);
    d.asked.name = "names";
    d.asked.yes = {"names"};
    CAPTURE(e.command);
    CHECK(d.code() == 0);
    CHECK(d.at("names") == e.to);
  }
}

TEST_CASE("dispatch: a stop that was asked for comes first") {
  two d("prepare");
  d.stop.request(2);
  CHECK_THROWS_AS(d.run(), cli::interrupted);
  CHECK(d.at("names") == row::unrun);
}

TEST_CASE("dispatch: the state store of another application is refused, unless it is to be shared") {
  two d("status");
  d.put("people", row::prepared);
  CHECK(d.code() == 236);
  d.asked.command = "prepare";
  CHECK(d.code() == 236);
  CHECK(d.at("names") == row::unrun);
  CHECK(d.names().opened == 0);
  d.asked.overrides = {"store"};
  CHECK(d.code() == 0);
  d.asked.overrides.clear();
  d.asked.command = "status";
  CHECK(d.code() == 0);
}

TEST_CASE("dispatch: a state store in which only processes of this application have joined is its own") {
  two d("status");
  process const p(d.memory);
  CHECK(d.code() == 0);
}
