// SPDX-License-Identifier: BSL-1.0
// What a call through the proxy costs where the stores cost nothing, beside the bare store and a migration by hand.
#include <zddm/proxy/proxy.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include <zddm/core/clock.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>

#include "bench/bench.hpp"
#include "tools/overhead/subjects.hpp"

namespace {

using overhead::table;
using plain = zddm::proxy<table, table, zddm::lifecycle::local>;
using with_lease = zddm::proxy<table, table, zddm::lifecycle::shared>;
using with_dial = zddm::proxy<table, table, zddm::lifecycle::local, zddm::gate::dial>;

struct reading {
  template <class Store> void operator()(Store& s, std::uint64_t i) const {
    if constexpr (requires { s.read(i); })
      benchmark::DoNotOptimize(s.read(i));
    else
      benchmark::DoNotOptimize(s.get(i));
  }
};
struct visiting {
  template <class Store> void operator()(Store& s, std::uint64_t i) const {
    s.visit(i, [](std::uint64_t const& v) { benchmark::DoNotOptimize(v); });
  }
};
struct writing {
  template <class Store> void operator()(Store& s, std::uint64_t i) const {
    if constexpr (requires { s.write(i, i); })
      s.write(i, i);
    else
      s.put(i, i);
    benchmark::ClobberMemory();
  }
};

template <class Operation, class Store> [[gnu::noinline]] bench::spent repeated(Store& s, std::uint64_t n) {
  return bench::measured([&] {
    for (std::uint64_t i = 0; i < n; ++i) Operation{}(s, i);
  });
}

template <class Operation, class Proxy> void beside(benchmark::State& state, overhead::row at, std::uint64_t n) {
  table from, to;
  zddm::lifecycle::handle migration("m", overhead::settings_at(at, *zddm::threshold::parse("50")));
  migration.extend_lease(zddm::coarse_clock::now() + std::chrono::hours(1));
  Proxy proxy(from, to, migration);
  overhead::by_hand by_hand(from, to, at);
  bench::comparison with_bare, with_hand;
  for (auto _ : state) {
    auto const ours = repeated<Operation>(proxy, n);
    with_bare.turn(ours, repeated<Operation>(from, n));
    with_hand.turn(ours, repeated<Operation>(by_hand, n));
    state.SetIterationTime(ours.wall);
  }
  double const nanoseconds = 1e9 / static_cast<double>(n);
  state.counters["time ns"] = with_bare.ours() * nanoseconds;
  state.counters["time_bare ns"] = with_bare.other() * nanoseconds;
  state.counters["time_by_hand ns"] = with_hand.other() * nanoseconds;
  state.counters["speed of_by_hand"] = with_hand.speed();
  state.counters["speed_in_cpu_time of_by_hand"] = with_hand.cpu_speed();
}

template <class Operation> void add(std::string const& name, bench::arguments const& a) {
  auto const n = a.rows;
  for (auto const& [text, at] : overhead::rows)
    bench::add("proxy/" + name + "/" + std::string(text), a.turns,
               [n, at = at](benchmark::State& s) { beside<Operation, plain>(s, at, n); });
  bench::add("proxy/" + name + "/prepared_with_lease", a.turns,
             [n](benchmark::State& s) { beside<Operation, with_lease>(s, overhead::row::prepared, n); });
  bench::add("proxy/" + name + "/prepared_with_dial", a.turns,
             [n](benchmark::State& s) { beside<Operation, with_dial>(s, overhead::row::prepared, n); });
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  add<reading>("read", a);
  add<visiting>("visit", a);
  add<writing>("write", a);
  return bench::run();
}
