// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/faulty_store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>
#include <zddm/testing/laws/store.hpp>

namespace {

using namespace zddm;
using testing::fail_always;
using testing::fail_nth;
using testing::fault;
using testing::faulty_store;
using table = memory::store<std::string, std::string>;

struct plain {
  using key_type = std::string;
  using value_type = std::string;
  std::optional<std::string> get(std::string const&) { return {}; }
  void put(std::string const&, std::string const&) {}
  void erase(std::string const&) {}
};

template <class A, class B>
constexpr bool as_capable =
    store<A> == store<B> && lending_store<A> == lending_store<B> && insertable_store<A> == insertable_store<B> &&
    updatable_store<A> == updatable_store<B> && versioned_store<A> == versioned_store<B> &&
    conditional_store<A> == conditional_store<B> && intent_store<A> == intent_store<B> &&
    journaling_store<A> == journaling_store<B> && scannable_store<A> == scannable_store<B> && batch_store<A> == batch_store<B> &&
    expiring_store<A> == expiring_store<B>;

/// A faulty store together with what it wraps.
struct owner {
  std::shared_ptr<table> owned = std::make_shared<table>();
};
struct owning : owner, faulty_store<table> {
  owning() : faulty_store<table>(*owned) {}
};

error_class thrown_by(auto&& f) {
  try {
    f();
  } catch (store_error const& e) {
    return e.kind();
  }
  FAIL("nothing was thrown");
  return {};
}

} // namespace

TEST_CASE("faulty_store: it has the capabilities of what it wraps, no more and no less") {
  CHECK(as_capable<faulty_store<table>, table>);
  CHECK(intent_store<faulty_store<table>>);
  CHECK(as_capable<faulty_store<plain>, plain>);
  CHECK(!insertable_store<faulty_store<plain>>);
}

TEST_CASE("faulty_store: without a script it keeps every law that the store keeps") {
  testing::laws::store([] { return owning(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("faulty_store: the nth call fails, before its effect or after it, and no other") {
  for (auto const at : {fault::moment::before_effect, fault::moment::after_effect}) {
    table inner;
    faulty_store<table> s(inner);
    s.script(fail_nth(2, {error_class::unknown_outcome, at}));
    s.put("a", "1");
    CHECK(thrown_by([&] { s.put("b", "2"); }) == error_class::unknown_outcome);
    s.put("c", "3");
    CHECK(inner.get("a") == "1");
    CHECK(inner.get("b").has_value() == (at == fault::moment::after_effect));
    CHECK(inner.get("c") == "3");
    CHECK(s.calls() == 3);
    CHECK(s.faults() == 1);
  }
}

TEST_CASE("faulty_store: a script may mean one member, and ends with the next script") {
  table inner;
  faulty_store<table> s(inner);
  s.script(fail_nth(2, {error_class::permanent}, "put"));
  s.put("a", "1");
  CHECK(s.get("a") == "1");
  CHECK(thrown_by([&] { s.put("a", "2"); }) == error_class::permanent);
  s.script(fail_always({}, "look"));
  s.put("a", "3");
  for (int n = 0; n < 3; ++n) CHECK(thrown_by([&] { (void)s.look("a"); }) == error_class::transient);
  s.script({});
  CHECK(s.look("a").value == "3");
}

TEST_CASE("faulty_store: a script of one's own sees the name of every call") {
  table inner;
  faulty_store<table> s(inner);
  std::vector<std::string> seen;
  s.script([&](std::string_view member) -> std::optional<fault> {
    seen.emplace_back(member);
    return std::nullopt;
  });
  (void)s.begin("k", {1, 1});
  (void)s.size();
  (void)s.update("k", [](auto const&) { return std::optional<std::string>("v"); });
  CHECK(seen == std::vector<std::string>{"begin", "size", "update"});
}

TEST_CASE("faulty_store: what goes through a changed value is changed although the call fails") {
  table inner;
  faulty_store<table> s(inner);
  s.script(fail_always({error_class::unknown_outcome, fault::moment::after_effect}));
  auto const twice = [](std::optional<std::string> const& v) { return std::optional<std::string>(v.value_or("") + "x"); };
  CHECK(thrown_by([&] { (void)s.update("k", twice); }) == error_class::unknown_outcome);
  CHECK(inner.get("k") == "x");
}

TEST_CASE("faulty_store: threads share one script") {
  table inner;
  faulty_store<table> s(inner);
  s.script(fail_nth(500));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int n = 0; n < 250; ++n) try {
          s.put("k", "v");
        } catch (store_error const&) {
        }
    });
  for (auto& t : threads) t.join();
  CHECK(s.calls() == 1000);
  CHECK(s.faults() == 1);
}
