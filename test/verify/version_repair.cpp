// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/version_repair.hpp>

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <tools/people.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

using people = zddm::memory::store<int, std::string>;
using repair = zddm::verify::version_repair<people, people>;
using zddm::verify::authority;

namespace {

struct pair_of_stores {
  people from, to;
  void write(std::string const& value) { to.put_if_newer(1, value, from.put_next(1, value, 7)); }
  zddm::verify::repairs mend(authority right, bool dry_run = false) {
    repair r(from, to, {.dry_run = dry_run, .right = right});
    bool const agrees = r(1);
    CHECK(agrees == (r.done().healed + r.done().agreed == 1));
    return r.done();
  }
  bool alike() { return from.get_versioned(1) == to.get_versioned(1); }
};

} // namespace

TEST_CASE("version_repair gives New what it missed, with its version, whoever is right") {
  for (auto const right : {authority::old_store, authority::new_store}) {
    pair_of_stores s;
    s.write("v1");
    s.from.put_next(1, "v2", 8); // and died
    CHECK(s.mend(right, true).healed == 1);
    CHECK(s.to.get(1) == "v1");
    CHECK(s.mend(right).healed == 1);
    CHECK(s.to.get(1) == "v2");
    CHECK(s.alike());
    s.from.erase_next(1, 8);
    CHECK(s.mend(right).healed == 1);
    CHECK_FALSE(s.to.get(1));
    CHECK(s.alike());
    CHECK(s.mend(right).agreed == 1);
  }
}

TEST_CASE("version_repair writes what is right to both where no version says what is newer") {
  for (auto const right : {authority::old_store, authority::new_store}) {
    pair_of_stores tie;
    tie.write("old");
    tie.to.put(1, "new");
    auto const before = tie.from.get_versioned(1).version;
    CHECK(tie.mend(right, true).healed == 1);
    CHECK(tie.from.get_versioned(1).version == before);
    CHECK(tie.mend(right).healed == 1);
    CHECK(tie.from.get(1) == (right == authority::old_store ? "old" : "new"));
    CHECK(tie.alike());
    CHECK(tie.from.get_versioned(1).version > before);

    pair_of_stores ahead;
    ahead.write("old");
    ahead.to.put_if_newer(1, "new", {50, 1});
    CHECK(ahead.mend(right).healed == 1);
    CHECK(ahead.from.get(1) == (right == authority::old_store ? "old" : "new"));
    CHECK(ahead.alike());
    ahead.write("next");
    CHECK(ahead.alike());
  }
}

TEST_CASE("version_repair writes nothing over what came between its look and its write") {
  for (auto const right : {authority::old_store, authority::new_store}) {
    pair_of_stores s;
    s.write("v1");
    s.to.put(1, "poison");
    repair r(s.from, s.to, {.right = right, .confirm = [&] { s.write("v2"); }});
    r(1);
    CHECK(r.done().agreed == 1);
    CHECK(s.from.get(1) == "v2");
    CHECK(s.alike());
  }
}

TEST_CASE("version_repair leaves a key that is written without pause, and heals one that New would refuse all writes of") {
  pair_of_stores s;
  s.write("v1");
  s.to.put_if_newer(1, "poison", {1000, 1});
  int writes = 0;
  auto const busy = [&](int most) {
    repair r(s.from, s.to, {.confirm = [&, most] {
               if (writes++ < most) s.write("w");
             }});
    r(1);
    return r.done();
  };
  CHECK(busy(1000).in_flight == 1);
  writes = 0;
  CHECK(busy(3).healed == 1);
  CHECK(s.from.get(1) == "w");
  CHECK(s.alike());
}

TEST_CASE("version_repair heals what New was made to forget") {
  pair_of_stores s;
  s.write("v1");
  auto const n = s.from.put_next(1, "v2", 7);
  s.to.erase_if_newer(1, zddm::forgotten_version(n.counter - 1));
  CHECK(s.mend(authority::old_store).healed == 1);
  CHECK(s.alike());
  for (auto const right : {authority::old_store, authority::new_store}) {
    auto const held = s.from.get_versioned(1).version;
    s.to.erase_if_newer(1, zddm::forgotten_version(held.counter + 5)); // of versions that Old has not come to
    CHECK(s.mend(right).healed == 1);
    CHECK(s.from.get(1) == "v2");
    CHECK(s.alike());
  }
}

TEST_CASE("version_repair takes a row from New whose key Old could not even have, and leaves it where New is right") {
  using shape = zddm::mapped<people, test::but_nobody>;
  using new_people = zddm::memory::store<std::string, std::string>;
  for (auto const right : {authority::new_store, authority::old_store}) {
    people from;
    shape shaped(from);
    new_people to;
    to.put_if_newer("nobody", "nobody asked", {3, 1});
    zddm::verify::version_repair<shape, new_people> r(shaped, to, {.right = right});
    bool const old_is_right = right == authority::old_store;
    CHECK(r("nobody") == old_is_right);
    CHECK(r.done().left == (old_is_right ? 0 : 1));
    CHECK(to.get("nobody").has_value() != old_is_right);
  }
}
