// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/clocks.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>
#include <zddm/cli/hold.hpp>

using namespace world;

TEST_CASE("clocks: leases of the present are no cause for worry") {
  desk d("status");
  process const p(d.memory);
  auto s = d.session();
  cli::hold const other(s, "names");
  CHECK(cli::leases_from_the_future(d.state, "names").empty());
  CHECK_NOTHROW(cli::require_clock(d.state, "names"));
}

TEST_CASE("clocks: a lease that a clock which was set back left with hours to run is told, with whose it is") {
  zddm::memory::state_store state;
  std::chrono::milliseconds time = 48h;
  state.clock([&] { return time; });
  auto shared = cli::shared_state::of(state);
  zddm::lifecycle::handle h("names");
  zddm::lifecycle::member<zddm::memory::state_store> member(state, h, {60s, 1ms, "service", false});
  zddm::memory::state_store restored;
  restored.clock([] { return std::chrono::milliseconds(1h); });
  for (auto const& one : state.list("m/")) {
    std::array<zddm::lifecycle::change, 1> const copy{{{one.path, 0, one.value}}};
    REQUIRE(restored.commit(copy));
  }
  auto back = cli::shared_state::of(restored);
  auto const found = cli::leases_from_the_future(back, "names");
  REQUIRE(found.size() == 1);
  CHECK(found[0].what.find("(service) has 47 h to run") != std::string::npos);
  CHECK(found[0].remedy == "zd unlock names");
  try {
    cli::require_clock(back, "names");
    FAIL("it was not noticed");
  } catch (cli::failure const& e) {
    CHECK(e.code() == 207);
    CHECK(e.exit() == cli::exit_code::refused);
  }
  CHECK(cli::leases_from_the_future(shared, "names").empty());
}
