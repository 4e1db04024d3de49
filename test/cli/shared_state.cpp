// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/shared_state.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/testing/laws/state_store.hpp>

using namespace zddm::cli;

namespace {

failure refusal(std::string const& url, bool make = false, std::vector<state_kind> const& further = {}) {
  try {
    shared_state::open(url, make, further);
  } catch (failure const& e) {
    return e;
  }
  return {0, exit_code::done, ""};
}

/// Named by `memory:TEXT`, which it holds.
struct named : zddm::memory::state_store {
  struct place {
    std::string text;
    bool secret() const { return text == "secret"; }
  };
  struct options {
    bool create = true;
  };
  static constexpr std::string_view url_form = "memory:TEXT";
  static std::optional<place> named_by(std::string const& url) {
    if (url == "memory:") throw zddm::store_error(zddm::error_class::permanent, "which?", 156);
    if (!url.starts_with("memory:")) return std::nullopt;
    return place{url.substr(7)};
  }
  explicit named(place const& p, options o) {
    commit(std::vector<zddm::lifecycle::change>{{o.create ? "made" : "found", 0, p.text}});
  }
};

struct broken {
  std::optional<zddm::lifecycle::stored> read(std::string_view) { fail(); }
  std::vector<zddm::lifecycle::stored> list(std::string_view) { fail(); }
  bool commit(std::span<zddm::lifecycle::change const>) { fail(); }
  std::chrono::milliseconds now() { fail(); }
  [[noreturn]] static void fail() { throw zddm::store_error(zddm::error_class::unknown_outcome, "cut off", 122); }
};

} // namespace

TEST_CASE("shared_state: it is a state store like the one inside") {
  struct held {
    explicit held() : state(shared_state::of(store)) {}
    std::optional<zddm::lifecycle::stored> read(std::string_view p) { return state.read(p); }
    std::vector<zddm::lifecycle::stored> list(std::string_view p) { return state.list(p); }
    bool commit(std::span<zddm::lifecycle::change const> c) { return state.commit(c); }
    std::chrono::milliseconds now() { return state.now(); }
    zddm::memory::state_store store;
    shared_state state;
  };
  zddm::testing::laws::state_store([] { return held(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("shared_state: a SQLite file is made only where it may be") {
  test::scratch const folder;
  auto const url = "sqlite:" + (folder / "zd.db");
  try {
    shared_state::open(url, false);
    FAIL("it is not there");
  } catch (state_failure const& e) {
    CHECK(e.code() == 233);
  }
  {
    auto made = shared_state::open(url, true);
    CHECK(made.commit(std::vector<zddm::lifecycle::change>{{"a", 0, "1"}}));
  }
  CHECK(shared_state::open(url, false).read("a")->value == "1");
}

TEST_CASE("shared_state: no URL and a wrong one are wrong usage") {
  CHECK(refusal("").exit() == exit_code::usage);
  CHECK(refusal("").code() == 411);
  for (std::string const url : {"zd.db", "sqlite:", "etcd:host", "sqlite"}) {
    CHECK(refusal(url).exit() == exit_code::usage);
    CHECK(refusal(url).code() == 412);
  }
}

TEST_CASE("shared_state: kinds that the program was given are known too") {
  std::vector<state_kind> const further{kind_of<named>};
  CHECK(shared_state::open("memory:x", true, further).read("made")->value == "x");
  CHECK(shared_state::open("memory:x", false, further).read("found")->value == "x");
  auto const unknown = refusal("etcd://me:hunter2@host", false, further);
  CHECK(unknown.code() == 412);
  CHECK(unknown.text().find("hunter2") == std::string::npos);
  REQUIRE(unknown.findings().size() == 2);
  CHECK(unknown.findings()[0].remedy == "sqlite:PATH");
  CHECK(unknown.findings()[1].remedy == "memory:TEXT");
  for (auto const& [url, code] : {std::pair{"memory:", 412}, std::pair{"memory:secret", 413}}) {
    CHECK(refusal(url, false, further).code() == code);
    CHECK(refusal(url, false, further).exit() == exit_code::usage);
  }
}

TEST_CASE("shared_state: a file of something else is not taken") {
  test::scratch const folder;
  test::write_file(folder / "zd.db", "this is no database, but a text of some length that SQLite has to look at");
  CHECK_THROWS_AS(shared_state::open("sqlite:" + (folder / "zd.db"), true), state_failure);
}

TEST_CASE("shared_state: failures of the state store are told apart, with their code and class and one prefix") {
  broken b;
  auto state = shared_state::of(b);
  try {
    state.read("a");
    FAIL("it was read");
  } catch (state_failure const& e) {
    CHECK(e.code() == 122);
    CHECK(e.kind() == zddm::error_class::unknown_outcome);
    CHECK(std::string(e.what()) == "ZD-122: cut off");
  }
  CHECK_THROWS_AS(state.list("a"), state_failure);
  CHECK_THROWS_AS(state.commit({}), state_failure);
  CHECK_THROWS_AS(state.now(), state_failure);
}
