// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/record.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using zddm::threshold;
using memory_store = zddm::memory::state_store;

namespace {

record sample() {
  record r;
  r.now = {row::migrating, 7, threshold::percent(5), threshold::open(), threshold::open(), quarantine::settled};
  r.proof.used = r.proof.covered = true;
  r.proof.copied = 12;
  r.proof.mismatches = 3;
  r.proof.verified_at = "2026-11-21T11:40:07Z";
  r.since = "2026-11-20T10:00:00Z";
  r.changes = 4;
  return r;
}

} // namespace

TEST_CASE("record: what was encoded comes back") {
  for (std::size_t at = 0; at < row_names.size(); ++at) {
    auto r = sample();
    r.now.at = static_cast<row>(at);
    CHECK((decode_record("m/a/state", encode(r)) == r));
  }
  CHECK((decode_record("m/a/state", encode(record{})) == record{}));
}

TEST_CASE("record: an unknown row is refused, never taken for unrun") {
  auto text = encode(sample());
  text.replace(text.find("migrating"), 9, "migratung");
  try {
    decode_record("m/a/state", text);
    FAIL("it was read");
  } catch (zddm::error const& e) {
    CHECK(e.code() == 201);
  }
}

TEST_CASE("record: a migration that was never moved is in row unrun") {
  memory_store s;
  auto const none = load(s, "names");
  CHECK((none.value == record{}));
  CHECK(none.revision == 0);
  CHECK(history(s, "names").empty());
}

TEST_CASE("record: a change needs the record it has seen, and leaves its line in the audit trail with it") {
  memory_store s;
  auto const none = load(s, "names");
  auto next = none.value;
  next.now = {row::preparing, 1};
  CHECK(replace(s, "names", none, next, {"ada:1", "zd prepare", "first"}));
  CHECK_FALSE(replace(s, "names", none, next, {"bob:2", "zd prepare"}));
  auto const first = load(s, "names");
  CHECK((first.value.now == next.now));
  CHECK(first.value.changes == 1);
  CHECK(first.value.since.size() == 20);

  next = first.value;
  next.now = {row::prepared, 2};
  CHECK(replace(s, "names", first, next, {"ada:1", "zd prepare"}));
  CHECK_FALSE(replace(s, "names", first, next, {"bob:2", "zd prepare"}));
  CHECK_FALSE(replace(s, "names", none, next, {"bob:2", "zd prepare"}));

  auto const lines = history(s, "names");
  REQUIRE(lines.size() == 2);
  CHECK((lines[0].who == "ada:1" && lines[0].from == "unrun" && lines[0].to == "preparing" && lines[0].note == "first"));
  CHECK((lines[1].from == "preparing" && lines[1].to == "prepared" && lines[1].epoch == 2));
  CHECK(history(s, "name").empty());
}

TEST_CASE("record: the time of entering a row stays while evidence is added") {
  memory_store s;
  auto r = sample();
  r.now.at = row::unrun;
  REQUIRE(replace(s, "names", {}, r, {}));
  auto const at = load(s, "names");
  r = at.value;
  r.since = "kept";
  r.proof.covered = false;
  REQUIRE(replace(s, "names", at, r, {}));
  CHECK(load(s, "names").value.since == "kept");
  CHECK_FALSE(load(s, "names").value.proof.covered);
}

TEST_CASE("record: more than nine changes stay in order") {
  memory_store s;
  for (int i = 0; i < 25; ++i) {
    auto const at = load(s, "names");
    auto next = at.value;
    ++next.now.epoch;
    REQUIRE(replace(s, "names", at, next, {}));
  }
  auto const lines = history(s, "names");
  REQUIRE(lines.size() == 25);
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(lines[i].epoch == i + 1);
}
