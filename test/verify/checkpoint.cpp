// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/checkpoint.hpp>

#include <doctest/doctest.h>

#include <zddm/core/error.hpp>
#include <zddm/memory/state_store.hpp>

using store = zddm::memory::state_store;
using checkpoint = zddm::verify::checkpoint<store>;

namespace {
zddm::verify::position some(std::uint64_t walked) {
  zddm::verify::position at;
  at.todo = {{false, "3", {}}};
  at.walked = walked;
  return at;
}
} // namespace

TEST_CASE("checkpoint gives back what was saved last, until it is forgotten") {
  store state;
  checkpoint c(state, "names", "full", "one");
  CHECK_FALSE(c.load());
  c.save(some(10));
  c.save(some(20));
  REQUIRE(c.load());
  CHECK(c.load()->walked == 20);
  CHECK(c.load()->todo.at(0).after == "3");
  c.forget();
  CHECK_FALSE(c.load());
}

TEST_CASE("checkpoint of one kind, migration or identity says nothing of another") {
  store state;
  checkpoint full(state, "names", "full", "one"), sample(state, "names", "sample", "one"), other(state, "orders", "full", "one");
  checkpoint later(state, "names", "full", "two");
  full.save(some(10));
  sample.save(some(20));
  other.save(some(30));
  CHECK(full.load()->walked == 10);
  CHECK(sample.load()->walked == 20);
  CHECK_FALSE(later.load());
  checkpoint::forget_all(state, "names");
  CHECK_FALSE(full.load());
  CHECK_FALSE(sample.load());
  CHECK(other.load()->walked == 30);
  CHECK_NOTHROW(checkpoint::forget_all(state, "names"));
}

TEST_CASE("checkpoint that is damaged is refused") {
  store state;
  checkpoint c(state, "names", "full", "one");
  c.save(some(10));
  zddm::lifecycle::change const spoilt{"m/names/verify/full", zddm::lifecycle::any_revision, "nothing of zddm"};
  state.commit(std::span(&spoilt, 1));
  int code = 0;
  try {
    (void)c.load();
  } catch (zddm::error const& e) {
    code = e.code();
  }
  CHECK(code == 201);
}
