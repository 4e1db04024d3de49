// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/verify_continuously.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {

struct passes {
  explicit passes(bool json) : d("verify", json) {
    d.asked.continuous = true;
    d.asked.every = 1ms;
    d.place(row::migrated);
    d.m.comparing = [this](zddm::verify::options const& how) {
      known.clear();
      if (how.from)
        for (auto const& m : how.from->found.listed) known.push_back(m.key);
      if (++count <= found.size()) d.m.found = found[count - 1];
      if (during) during();
      if (count > found.size()) d.stop.request(2);
    };
  }
  void add(std::vector<std::string> const& keys) {
    zddm::verify::report r{true, 100, {}, {}, {}, {0, 0, keys.size(), 0, 0}, {}, {}};
    for (auto const& key : keys) r.listed.push_back({key, "differs", {}, 10, false, "0a", "0b", {}, {}});
    found.push_back(r);
  }
  void run() {
    auto s = d.session();
    cli::event_file none("");
    cli::verify_continuously(s, d.m, none);
  }
  std::size_t told(std::string const& text) const {
    std::size_t n = 0;
    for (auto at = d.data.str().find(text); at != std::string::npos; at = d.data.str().find(text, at + 1)) ++n;
    return n;
  }

  desk d;
  std::vector<zddm::verify::report> found;
  std::vector<std::string> known; ///< what the last pass was told
  std::size_t count = 0;
  std::function<void()> during;
};

} // namespace

TEST_CASE("verify_continuously: a mismatch is told when it turns up and when it is gone, and each pass is told what is open") {
  passes p(true);
  p.add({"7"});
  p.add({"7", "9"});
  p.add({"9"});
  p.add({});
  CHECK_THROWS_AS(p.run(), cli::interrupted);
  CHECK(p.count == 5);
  CHECK(p.told("\"event\":\"mismatch\"") == 2);
  CHECK(p.told("\"event\":\"agreed\"") == 2);
  CHECK(p.told("\"event\":\"pass\"") == 4);
  CHECK(p.told("\"open\":2,\"oldest_ms\":10") == 1);
}

TEST_CASE("verify_continuously: what is open is looked at again first") {
  passes p(false);
  p.add({"7", "9"});
  std::vector<std::string> second;
  p.during = [&] {
    if (p.count == 2) second = p.known;
  };
  CHECK_THROWS_AS(p.run(), cli::interrupted);
  CHECK(second == std::vector<std::string>{"7", "9"});
}

TEST_CASE("verify_continuously: the history grows only where something is new") {
  passes p(false);
  for (int i = 0; i < 5; ++i) p.add({});
  p.add({"7"});
  p.add({"7"});
  auto const before = p.d.record().changes;
  CHECK_THROWS_AS(p.run(), cli::interrupted);
  CHECK(p.d.record().changes == before + 1);
  CHECK(p.d.record().proof.mismatches == 1);
}

TEST_CASE("verify_continuously: a pass does not clear what another one found since the pass began") {
  passes p(false);
  p.add({});
  p.add({});
  std::vector<std::uint64_t> known;
  p.during = [&] {
    known.push_back(p.d.record().proof.mismatches);
    if (p.count == 1) p.d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; });
  };
  CHECK_THROWS_AS(p.run(), cli::interrupted);
  CHECK(known == std::vector<std::uint64_t>{0, 3, 0});
}

TEST_CASE(
    "verify_continuously: others move the migration on beside it, and it ends with the rows in which stores can be compared") {
  passes p(false);
  for (int i = 0; i < 5; ++i) p.add({});
  p.during = [&] {
    zddm::lifecycle::operator_lease<zddm::memory::state_store> const other(p.d.memory, "names", "zd complete", 10s);
    if (p.count == 3) p.d.place(row::completing);
  };
  p.d.m.comparing = [inner = p.d.m.comparing](zddm::verify::options const& how) {
    inner(how);
    how.confirm();
  };
  try {
    p.run();
    FAIL("it went on");
  } catch (cli::failure const& e) {
    CHECK(e.code() == 301);
  }
  CHECK(p.count == 3);
}
