// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/mapping.hpp>

#include <charconv>
#include <string>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

using namespace std::string_literals;

namespace {

struct old_person {
  BOOST_HANA_DEFINE_STRUCT(old_person, (std::string, first), (std::string, last));
  friend bool operator==(old_person const&, old_person const&) = default;
};
struct new_person {
  BOOST_HANA_DEFINE_STRUCT(new_person, (std::string, name));
  friend bool operator==(new_person const&, new_person const&) = default;
};

using old_store = zddm::memory::store<int, old_person>;

/// Both ways, exactly; a name has exactly one space.
struct merge {
  static new_person to_new(old_person const& p) {
    if ((p.first + p.last).find(' ') != std::string::npos) throw zddm::unmappable("a part of the name has a space");
    return {p.first + ' ' + p.last};
  }
  static old_person to_old(new_person const& p) {
    auto const space = p.name.find(' ');
    if (space == std::string::npos || space != p.name.rfind(' ')) throw zddm::unmappable("the name has not two parts");
    return {p.name.substr(0, space), p.name.substr(space + 1)};
  }
};

struct merge_one_way {
  static new_person to_new(old_person const& p) { return merge::to_new(p); }
};

/// Old keeps ten letters of the last name.
struct merge_lossy : merge {
  static constexpr bool lossy = true;
  static old_person to_old(new_person const& p) {
    auto o = merge::to_old(p);
    o.last.resize(std::min<std::size_t>(o.last.size(), 10));
    return o;
  }
};

/// Keys become texts; negative ones have no counterpart.
struct rekey : merge {
  static std::string key_to_new(int k) {
    if (k < 0) throw zddm::unmappable("the key is negative");
    return "p" + std::to_string(k);
  }
  static int key_to_old(std::string const& k) {
    int n = 0;
    if (k.empty() || std::from_chars(k.data() + 1, k.data() + k.size(), n).ec != std::errc{})
      throw zddm::unmappable("no such key");
    return n;
  }
};

struct rekey_in_order : rekey {
  static constexpr bool keys_ordered = true;
};

/// A second step after `merge`.
struct shout {
  static new_person to_new(new_person p) {
    for (char& c : p.name)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return p;
  }
  static new_person to_old(new_person p) {
    for (char& c : p.name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return p;
  }
};

template <class M> using of = zddm::mapped<old_store, M>;

struct plain_store {
  using key_type = int;
  using value_type = old_person;
  std::optional<old_person> get(int) { return {}; }
  void put(int, old_person const&) {}
  void erase(int) {}
};

} // namespace

TEST_CASE("a mapped store can do what Old can do and the mapping allows, and no more") {
  using two = of<merge>;
  static_assert(zddm::store<two> && zddm::insertable_store<two> && zddm::updatable_store<two> && zddm::versioned_store<two>);
  static_assert(zddm::conditional_store<two> && zddm::journaling_store<two> && zddm::scannable_store<two>);
  static_assert(zddm::batch_store<two> && zddm::expiring_store<two>);
  static_assert(!zddm::lending_store<two>, "what it gives is made anew");
  static_assert(!zddm::intent_store<two>, "intents are New's");

  using one = of<merge_one_way>;
  static_assert(zddm::store<one> && zddm::scannable_store<one>);
  static_assert(!zddm::insertable_store<one> && !zddm::updatable_store<one> && !zddm::versioned_store<one>);
  static_assert(!zddm::conditional_store<one> && !zddm::journaling_store<one> && !zddm::batch_store<one>);
  static_assert(!zddm::expiring_store<one>);

  using bare = zddm::mapped<plain_store, merge>;
  static_assert(zddm::store<bare> && !zddm::insertable_store<bare> && !zddm::updatable_store<bare>);
  static_assert(!zddm::versioned_store<bare> && !zddm::conditional_store<bare> && !zddm::journaling_store<bare>);
  static_assert(!zddm::scannable_store<bare> && !zddm::batch_store<bare> && !zddm::expiring_store<bare>);
}

TEST_CASE("types follow from the mapping") {
  static_assert(std::same_as<zddm::value_of<of<merge>>, new_person> && std::same_as<zddm::input_of<of<merge>>, new_person>);
  static_assert(std::same_as<zddm::input_of<of<merge_one_way>>, old_person>);
  static_assert(std::same_as<zddm::key_of<of<merge>>, int> && std::same_as<zddm::key_of<of<rekey>>, std::string>);
  static_assert(zddm::ordered_like_new<of<merge>> && zddm::ordered_like_new<old_store>);
  static_assert(!zddm::ordered_like_new<of<rekey>> && zddm::ordered_like_new<of<rekey_in_order>>);
}

TEST_CASE("rollback after the switch asks for a way back without loss") {
  static_assert(zddm::rollback_after_switch<old_store> && zddm::rollback_refusal<old_store>.empty());
  static_assert(zddm::rollback_after_switch<of<merge>> && zddm::rollback_refusal<of<merge>>.empty());
  static_assert(!zddm::rollback_after_switch<of<merge_one_way>>);
  static_assert(zddm::rollback_refusal<of<merge_one_way>>.find("no to_old") != std::string_view::npos);
  static_assert(!zddm::rollback_after_switch<of<merge_lossy>>);
  static_assert(zddm::rollback_refusal<of<merge_lossy>>.find("lossy") != std::string_view::npos);
  static_assert(!zddm::rollback_after_switch<zddm::mapped<of<merge_lossy>, shout>>, "a chain is as good as its weakest part");
  static_assert(zddm::rollback_refusal<zddm::mapped<of<merge_lossy>, shout>>.find("lossy") != std::string_view::npos);
}

TEST_CASE("values and keys are read and written in New's shape") {
  old_store old;
  of<rekey> view(old);
  view.put("p7", {"Ada Lovelace"});
  CHECK((old.get(7) == old_person{"Ada", "Lovelace"}));
  CHECK((view.get("p7") == new_person{"Ada Lovelace"}));
  CHECK(!view.get("p8"));
  view.erase("p7");
  CHECK(!old.get(7));

  CHECK(view.insert("p1", {"A B"}));
  CHECK_FALSE(view.insert("p1", {"C D"}));
  std::vector<zddm::entry<std::string, new_person>> const entries{{"p2", {"E F"}}, {"p3", {"G H"}}};
  view.put_many(entries);
  std::vector<std::string> const keys{"p3", "p9", "p1"};
  CHECK((view.get_many(keys) == std::vector<std::optional<new_person>>{{{"G H"}}, {}, {{"A B"}}}));
}

TEST_CASE("update reads, changes and answers in New's shape, in one step of Old") {
  old_store old;
  of<merge> view(old);
  auto const made = view.update(1, [](std::optional<new_person> const& base) -> std::optional<new_person> {
    CHECK(!base);
    return new_person{"A B"};
  });
  CHECK((made == new_person{"A B"}));
  auto const changed = view.update(1, [](std::optional<new_person> const& base) -> std::optional<new_person> {
    REQUIRE(base);
    return new_person{base->name + "x"};
  });
  CHECK((changed == new_person{"A Bx"}));
  CHECK((old.get(1) == old_person{"A", "Bx"}));
  CHECK(!view.update(1, [](auto const&) -> std::optional<new_person> { return {}; }));
  CHECK(!old.get(1));

  of<merge_lossy> lossy(old);
  CHECK_MESSAGE(
      (lossy.update(2, [](auto const&) { return std::optional(new_person{"A Bcdefghijklmno"}); }) == new_person{"A Bcdefghijk"}),
      "what is there afterwards, not what was asked for");
}

TEST_CASE("versions, marks and times to live pass through") {
  old_store old;
  of<rekey> view(old);
  auto const v = view.put_next("p1", {"A B"}, 9);
  CHECK((view.get_versioned("p1") == zddm::versioned<new_person>{new_person{"A B"}, v}));
  CHECK_FALSE(view.put_if_newer("p1", {"C D"}, v));
  CHECK(view.put_if_newer("p1", {"C D"}, {v.counter + 1, 9}));
  CHECK(view.put_if_version("p1", new_person{"E F"}, {v.counter + 1, 9}, {v.counter + 2, 9}));
  CHECK_FALSE(view.put_if_version("p1", std::nullopt, v, {v.counter + 3, 9}));
  CHECK((view.get("p1") == new_person{"E F"}));
  CHECK(view.erase_if_newer("p1", {90, 9}));
  CHECK(view.erase_next("p1", 9).counter == 91);
  CHECK(!view.get_versioned("p1").value);

  view.put_marked("p4", {"G H"});
  view.erase_marked("p5");
  std::vector<std::string> marks;
  CHECK(view.marks({}, 10, [&](std::string const& k) { marks.push_back(k); }) == 2);
  CHECK(marks == std::vector{"p4"s, "p5"s});
  view.clear_mark("p4");
  CHECK(view.marks({"p4"s}, 10, [](auto const&) {}) == 1);

  view.put_for("p6", {"I J"}, std::chrono::hours(1));
  CHECK(*view.remaining("p6") > std::chrono::minutes(1));
}

TEST_CASE("what has no counterpart is refused before anything is written") {
  old_store old;
  of<merge> view(old);
  CHECK_THROWS_AS(view.put(1, {"Plato"}), zddm::unmappable);
  CHECK_THROWS_AS(view.insert(1, {"Plato"}), zddm::unmappable);
  CHECK_THROWS_AS(view.update(1, [](auto const&) { return std::optional(new_person{"Plato"}); }), zddm::unmappable);
  std::vector<zddm::entry<int, new_person>> const entries{{1, {"A B"}}, {2, {"Plato"}}};
  CHECK_THROWS_AS(view.put_many(entries), zddm::unmappable);
  CHECK(old.size() == 0);

  of<merge_one_way> one(old);
  CHECK_THROWS_AS(one.put(1, {"Jean Jacques", "Rousseau"}), zddm::unmappable);
  CHECK_MESSAGE(old.size() == 0, "what could not be read back is not written");

  old.put(3, {"Jean Jacques", "Rousseau"});
  CHECK_THROWS_AS(view.get(3), zddm::unmappable);
}

TEST_CASE("an unmappable value is a permanent failure, and Old classifies its own") {
  CHECK(zddm::classify<of<merge>>(zddm::unmappable("x")) == zddm::error_class::permanent);
  CHECK(zddm::classify<of<merge>>(std::runtime_error("x")) == zddm::error_class::unknown_outcome);
  CHECK(zddm::classify<of<merge>>(zddm::store_error(zddm::error_class::transient, "x")) == zddm::error_class::transient);
}

TEST_CASE("what New must hold for an input follows what Old gives back") {
  old_store old;
  old_person const o{"A", "B"};
  CHECK_MESSAGE(&zddm::held_by(old, o) == &o, "no copy without a mapping");
  of<merge> const exact(old);
  new_person const n{"A Bcdefghijklmno"};
  CHECK_MESSAGE(&zddm::held_by(exact, n) == &n, "no copy where the mapping is exact");
  CHECK((zddm::held_by(of<merge_lossy>(old), n) == new_person{"A Bcdefghijk"}));
  CHECK((zddm::held_by(of<merge_one_way>(old), o) == new_person{"A B"}));

  of<merge_lossy> lossy(old);
  zddm::mapped<of<merge_lossy>, shout> chain(lossy);
  CHECK((zddm::held_by(chain, {"A BCDEFGHIJKLMNO"}) == new_person{"A BCDEFGHIJK"}));
  chain.put(1, {"A BCDEFGHIJKLMNO"});
  CHECK((chain.get(1) == new_person{"A BCDEFGHIJK"}));
}

TEST_CASE("scans are in Old's order and bounded by New's keys") {
  old_store old;
  for (int i = 1; i <= 12; ++i) old.put(i, {"A", std::to_string(i)});
  of<rekey> view(old);
  std::vector<std::string> seen;
  auto const sink = [&](std::string const& k, new_person const& p) {
    CHECK(p.name == "A " + k.substr(1));
    seen.push_back(k);
  };
  CHECK(view.scan({"p8"s, "p11"s}, 10, sink) == 3);
  CHECK(seen == std::vector{"p9"s, "p10"s, "p11"s});
  CHECK(view.scan({}, 2, sink) == 2);
  CHECK(view.size() == 12);
  auto const points = view.split_points(3);
  CHECK(points.size() == 3);
  CHECK(points.front()[0] == 'p');

  old.put(5, {"A B", "5"});
  CHECK_THROWS_AS(view.scan({}, 100, [](auto const&, auto const&) {}), zddm::unmappable);
}

TEST_CASE("a store can hold the keys for which every mapping around it has a counterpart") {
  CHECK(zddm::can_hold<old_store>(1));
  CHECK(zddm::can_hold<of<merge>>(1));
  CHECK(zddm::can_hold<of<rekey>>("p1"));
  CHECK_FALSE(zddm::can_hold<of<rekey>>("1"));
  using around = zddm::mapped<of<rekey>, shout>;
  CHECK(zddm::can_hold<around>("p1"));
  CHECK_FALSE(zddm::can_hold<around>("1"));
}

TEST_CASE("pages with refusals give each row once and end only where the next can start") {
  old_store old;
  // Bad keys first, between and last; bad values too.
  for (int const k : {-9, -8, 1, 2, 3, 5}) old.put(k, {"A", std::to_string(k)});
  old.put(4, {"bad value", "4"});
  old.put(6, {"bad value", "6"});

  auto const walk = [&](auto& view, std::size_t limit) {
    using key = zddm::key_of<std::remove_reference_t<decltype(view)>>;
    std::string story;
    std::optional<key> last;
    for (std::size_t pages = 0;; ++pages) {
      REQUIRE(pages < 20);
      auto const n = zddm::scan_with_refusals(
          view, zddm::key_range<key>{last, {}}, limit,
          [&](key const& k, new_person const& p) {
            story += p.name.substr(2) + ' ';
            last = k;
          },
          [&](zddm::refusal<key> const& r) {
            story += '!' + r.old_key + ' ';
            CHECK(r.why.find("ZD-102") == 0);
            if (r.key) last = r.key;
          });
      REQUIRE(n <= limit);
      if (n < limit) return story;
    }
  };

  of<rekey> view(old);
  for (std::size_t limit = 1; limit < 12; ++limit) CHECK(walk(view, limit) == "!-9 !-8 1 2 3 !4 5 !6 ");
  of<merge> same_keys(old);
  for (std::size_t limit = 1; limit < 12; ++limit) CHECK(walk(same_keys, limit) == "-9 -8 1 2 3 !4 5 !6 ");
  of<rekey> const fixed(old);
  std::size_t refused = 0;
  CHECK(fixed.scan_with_refusals({}, 3, [](auto const&, auto const&) {}, [&](auto const&) { ++refused; }) == 3);
  CHECK(refused == 2);
}

TEST_CASE("an exception of the caller's own function is not taken for a refusal") {
  old_store old;
  old.put(1, {"A", "1"});
  of<merge> view(old);
  CHECK_THROWS_AS(zddm::scan_with_refusals(
                      view, {}, 5, [](auto const&, auto const&) { throw zddm::unmappable("mine"); },
                      [](auto const&) { FAIL("not refused"); }),
                  zddm::unmappable);
}

TEST_CASE("an unmapped store refuses nothing") {
  old_store old;
  old.put(1, {"A", "1"});
  int rows = 0;
  CHECK(zddm::scan_with_refusals(old, {}, 5, [&](int, old_person const&) { ++rows; }, [](auto const&) { FAIL("refused"); }) == 1);
  CHECK(rows == 1);
}
