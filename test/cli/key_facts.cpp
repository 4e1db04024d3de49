// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/key_facts.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/core/error.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/hit_rate.hpp>
#include <zddm/gate/percentage.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/policy/part.hpp>

using namespace zddm;

namespace {
using store_type = memory::store<int, std::string>;
using model_type = model<int, std::string, std::chrono::steady_clock>;
struct broken : store_type {
  std::optional<std::string> get(int) const { throw store_error(error_class::transient, "the store is down"); }
};
struct other_shape : store_type {
  std::optional<std::string> get(int) const { throw unmappable("the name has not two parts"); }
};
} // namespace

TEST_CASE("key_facts: a gate without a state of its own answers as in a process") {
  lifecycle::settings now;
  now.rate = threshold::percent(50);
  using dial = gate::dial::bind<model_type>;
  CHECK(*cli::admitted_by<dial>(1, threshold::percent(49).value, now));
  CHECK_FALSE(*cli::admitted_by<dial>(1, threshold::percent(50).value, now));
  using tenth = gate::percentage<10>::bind<model_type>;
  CHECK_FALSE(*cli::admitted_by<tenth>(1, threshold::percent(49).value, now));
  CHECK(*cli::admitted_by<tenth>(1, threshold::percent(9).value, now));
  using warming = gate::hit_rate<90>::bind<model_type>;
  CHECK_FALSE(cli::admitted_by<warming>(1, 0, now));
}

TEST_CASE("key_facts: what both stores hold, with versions and what New knows") {
  store_type from, to;
  from.put_next(1, "one", 7);
  to.put(1, "one");
  cli::key_facts f;
  cli::look_up<false>(from, to, 1, f);
  CHECK(f.old_store.value == text::encode(std::string("one")));
  REQUIRE(f.old_store.written);
  CHECK(f.old_store.written->counter == 1);
  CHECK(f.old_store.written->process == 7);
  CHECK(f.known == knowledge::present);
  CHECK(f.new_store.value == text::encode(std::string("one")));
  CHECK_FALSE(f.new_store.written);

  to.begin(1, {3, 1});
  cli::key_facts g;
  cli::look_up<false>(from, to, 1, g);
  CHECK(g.known == knowledge::unknown);
  CHECK(g.pending);
  CHECK(g.generation != 0);
  CHECK_FALSE(g.new_store.value);
}

TEST_CASE("key_facts: a store that cannot answer says why, and the other one answers all the same") {
  broken from;
  store_type to;
  to.put(1, "one");
  cli::key_facts f;
  cli::look_up<false>(from, to, 1, f);
  CHECK(f.old_store.trouble.find("the store is down") != std::string::npos);
  CHECK(f.new_store.value == text::encode(std::string("one")));
  CHECK(f.new_store.trouble.empty());
}

TEST_CASE("key_facts: by versions New knows what it ever had, erased keys too") {
  store_type from, to;
  from.put_next(1, "one", 7);
  cli::key_facts f;
  cli::look_up<true>(from, to, 1, f);
  CHECK(f.known == knowledge::unknown);
  to.put_if_newer(1, "one", {1, 7});
  cli::look_up<true>(from, to, 1, f);
  CHECK(f.known == knowledge::present);
  CHECK(f.new_store.written == version{1, 7});
  to.erase_if_newer(1, {2, 7});
  cli::key_facts g;
  cli::look_up<true>(from, to, 1, g);
  CHECK(g.known == knowledge::absent);
  CHECK_FALSE(g.new_store.value);
  CHECK(g.new_store.written == version{2, 7});
}

TEST_CASE("key_facts: a row without a counterpart is no store that cannot answer") {
  other_shape from;
  broken down;
  store_type to;
  cli::key_facts f, g;
  cli::look_up<false>(from, to, 1, f);
  CHECK(f.old_store.unmappable);
  CHECK(f.old_store.trouble.ends_with("the name has not two parts"));
  cli::look_up<false>(down, to, 1, g);
  CHECK_FALSE(g.old_store.unmappable);
  CHECK_FALSE(g.old_store.trouble.empty());
}

TEST_CASE("key_facts: by versions New does not know what it was made to forget, and knows what was erased without a version") {
  store_type from, to;
  from.put_next(1, "one", 7);
  to.put_if_newer(1, "one", {1, 7});
  to.erase_if_newer(1, forgotten_version(1));
  cli::key_facts f;
  cli::look_up<true>(from, to, 1, f);
  CHECK(f.known == knowledge::unknown);
  CHECK_FALSE(f.new_store.written);
  to.erase_if_newer(2, oldest_version);
  cli::look_up<true>(from, to, 2, f);
  CHECK(f.known == knowledge::absent);
}
