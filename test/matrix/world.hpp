// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <zddm/backfill/copy.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/testing/faulty_store.hpp>
#include <zddm/testing/laws/migration.hpp>
#include <zddm/testing/manual_executor.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/zddm.hpp>

/// Compositions of policies, driven by walks at random through all rows and back while New fails now and then.
namespace matrix {

namespace hana = boost::hana;

using executor = zddm::testing::manual_executor;
using zddm::testing::laws::stride;

/// Turned by hand, so that a breaker half-opens when a walk says so.
struct by_hand {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<by_hand>;
  static constexpr bool is_steady = true;
  static inline time_point at{};
  static time_point now() { return at; }
};
struct local : zddm::lifecycle::local {
  using clock_type = by_hand;
};
struct no_pause {
  void operator()(std::chrono::milliseconds) const {}
};
struct odd {
  bool operator()(std::string const& key) const { return key.back() % 2 == 1; }
};

namespace policies {
using namespace zddm;
inline constexpr auto gates =
    hana::tuple_t<gate::open, gate::percentage<50>, gate::dial, gate::any_of<gate::dial, gate::cohort<odd>>>;
inline constexpr auto caches = hana::tuple_t<cache::flow<cache::read_through, cache::write_through>,
                                             cache::flow<cache::read_back_on<executor>, cache::write_back_on<executor>>,
                                             cache::flow<cache::read_old_on<executor>, cache::write_invalidate>>;
inline constexpr auto caches_that_defer_no_write =
    hana::tuple_t<cache::flow<cache::read_through, cache::write_through>,
                  cache::flow<cache::read_back_on<executor>, cache::write_through>,
                  cache::flow<cache::read_old_on<executor>, cache::write_invalidate>>;
template <class Consistency> constexpr auto caches_for() {
  if constexpr (bears_deferred_writes<typename Consistency::template bind<model<int, int, by_hand>>>)
    return caches;
  else
    return caches_that_defer_no_write;
}
using retry = failure::retry<2, failure::fall_back_to_old, 1, 1, no_pause>;
inline constexpr auto failures = hana::tuple_t<failure::fall_back_to_old, retry, failure::circuit_breaker<3, 60'000>>;
} // namespace policies

/// Two stores of one kind of pair, and what a walk asks of them.
template <class Stores, class... Policies> class world {
public:
  using old_store = typename Stores::old_store;
  using new_store = typename Stores::new_store;
  using flaky = zddm::testing::faulty_store<new_store>;
  using proxy_type = zddm::proxy<old_store, flaky, local, Policies...>;

  world() { proxy_.emplace(stores_.from(), flaky_, handle_, later_); }

  proxy_type& proxy() { return *proxy_; }
  zddm::lifecycle::handle& handle() { return handle_; }
  static std::string key(int k) { return "key " + std::to_string(k); }
  static std::string value(int v) { return "value " + std::to_string(v); }
  std::optional<std::string> in_old(std::string const& k) { return stores_.from().get(k); }
  std::optional<std::string> in_new(std::string const& k) { return stores_.to().get(k); }

  void outage(bool down) {
    using enum zddm::error_class;
    using moment = zddm::testing::fault::moment;
    ++outages_;
    if (!down)
      flaky_.script({});
    else if (outages_ % 2 == 0)
      flaky_.script(zddm::testing::fail_always({transient, moment::before_effect}));
    else
      flaky_.script(zddm::testing::fail_always({unknown_outcome, moment::after_effect}));
  }

  void recover() {
    by_hand::at += std::chrono::hours(1);
    proxy_->rejoin();
    heal();
  }

  void cover() {
    settle();
    heal();
    if constexpr (!requires { proxy_->fill(std::string()); }) {
      zddm::verify::drain(stores_.from(), stores_.to(), [](auto const&) { return true; });
      zddm::backfill::copy<old_store, new_store> copy(stores_.from(), stores_.to());
      typename decltype(copy)::page_type page;
      copy.read({}, 100, page);
      copy.write(page);
    } else {
      std::vector<std::string> keys;
      stores_.from().scan({}, 100, [&](std::string const& k, auto const&) { keys.push_back(k); });
      for (auto const& k : keys) proxy_->fill(k);
    }
  }

  void settle() {
    later_.flush();
    if (handle_.current().at == zddm::lifecycle::row::prepared) handle_.set_rate(zddm::threshold::percent(++settled_ * 37 % 101));
  }

private:
  void heal() {
    if constexpr (requires { proxy_->heal(); }) proxy_->heal();
  }

  Stores stores_;
  flaky flaky_{stores_.to()};
  zddm::lifecycle::handle handle_{"matrix"};
  executor later_{3};
  std::optional<proxy_type> proxy_;
  int outages_ = 0;
  unsigned settled_ = 0;
};

struct in_memory {
  using old_store = zddm::memory::store<std::string, std::string>;
  using new_store = old_store;
  old_store& from() { return from_; }
  new_store& to() { return to_; }

private:
  old_store from_, to_;
};

/// A walk of up to a hundred strides on four keys.
inline rc::Gen<std::vector<stride>> walks() {
  return rc::gen::resize(100, rc::gen::container<std::vector<stride>>(rc::gen::map(
                                  rc::gen::tuple(rc::gen::inRange(0, 20), rc::gen::inRange(0, 4), rc::gen::inRange(0, 100)),
                                  [](std::tuple<int, int, int> const& t) {
                                    int const what = std::get<0>(t); // half of the strides read and write
                                    auto const kind = what < zddm::testing::laws::stride_kinds ? what : what % 3;
                                    return stride{static_cast<stride::kind>(kind), std::get<1>(t), std::get<2>(t)};
                                  })));
}

/// Whether every walk keeps the laws; tells the first that does not, made short.
template <class Stores, class... Policies> void holds(int count = 100) {
  zddm::lifecycle::send_warnings_to([](zddm::lifecycle::warning const&) {});
  rc::detail::TestParams params;
  params.seed = 20261123;
  params.maxSuccess = count;
  auto const result = rc::detail::checkTestable(
      [] {
        auto const walk = *walks();
        std::set<std::string> broken;
        {
          world<Stores, Policies...> w;
          try {
            zddm::testing::laws::migration(w, walk, [&](std::string_view text) { broken.emplace(text); });
          } catch (std::exception const& e) {
            broken.insert(std::string("thrown: ") + e.what());
          }
        }
        for (auto const& text : broken) RC_FAIL(text);
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  CAPTURE(text.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

/// Every gate with every cache and failure policy.
template <class Consistency, class Stores = in_memory> void every_gate_cache_and_failure() {
  int compositions = 0;
  hana::for_each(policies::gates, [&](auto gate) {
    hana::for_each(policies::caches_for<Consistency>(), [&](auto cache) {
      hana::for_each(policies::failures, [&](auto failure) {
        ++compositions;
        CAPTURE(compositions);
        holds<Stores, Consistency, typename decltype(gate)::type, typename decltype(cache)::type,
              typename decltype(failure)::type>();
      });
    });
  });
  CHECK(compositions == 36);
}

} // namespace matrix
