// SPDX-License-Identifier: BSL-1.0
// The memory that a backfill and a verification take, however many rows there are: their own, and all that is resident, which
// counts the pages of LMDB's file that are mapped, too.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include <benchmark/benchmark.h>

#include <zddm/verify/run.hpp>

#include "bench/bench.hpp"
#include "bench/child.hpp"
#include "bench/migration.hpp"
#include "bench/rows.hpp"

namespace {

/// Bytes, of this process.
std::uint64_t status_of(std::string const& name) {
  std::ifstream in("/proc/self/status");
  std::string word;
  std::uint64_t kilobytes = 0;
  while (in >> word && word != name + ":") {
  }
  in >> kilobytes;
  return 1024 * kilobytes;
}

struct peak {
  std::uint64_t own = 0;
  std::uint64_t resident = 0;

  void look() { own = std::max(own, status_of("RssAnon")); }
};

/// What `work(peak&)` takes in a process of its own.
template <class F> void measured(benchmark::State& state, bench::places const& at, F work) {
  for (auto _ : state) {
    bench::child<peak> worker([&] {
      peak p;
      work(p);
      p.resident = status_of("VmHWM");
      return p;
    });
    auto const found = worker.answer();
    state.SetIterationTime(1);
    state.counters["memory MB"] = static_cast<double>(found.own) / 1e6;
    state.counters["memory_resident MB"] = static_cast<double>(found.resident) / 1e6;
  }
  state.counters["rows rows"] = static_cast<double>(at.rows);
}

template <class Way> void backfill(benchmark::State& state, bench::places const& at) {
  measured(state, at, [&](peak& p) {
    Way const way{at};
    at.clear();
    way.prepare();
    bench::expect(way.run([&] { p.look(); }).copied == at.rows, "not every row was copied");
  });
}

/// Of what the backfill has left.
void verification(benchmark::State& state, bench::places const& at, bool digests) {
  bench::child<bool>([&] { return at.clear(), bench::to_lmdb{at}.prepare(), bench::to_lmdb{at}.ours() == at.rows; }).answer();
  measured(state, at, [&](peak& p) {
    bench::both_stores s(at.from, at.to, at.rows);
    zddm::verify::options o;
    o.digests = digests;
    o.told = [&](auto const&) { p.look(); };
    auto const found = zddm::verify::run(s.from, s.to, o);
    bench::expect(found.rows == at.rows && found.clean(), "the stores were not found equal");
  });
}

} // namespace

int main(int argc, char** argv) {
  bench::arguments const a(argc, argv);
  bench::places const at(a.rows);
  bench::add("memory/sqlite_to_lmdb", 1, [&](benchmark::State& s) { backfill<bench::to_lmdb>(s, at); });
  bench::add("memory/sqlite_to_sqlite", 1, [&](benchmark::State& s) { backfill<bench::to_sqlite>(s, at); });
  bench::add("memory/verify_sqlite_against_lmdb", 1, [&](benchmark::State& s) { verification(s, at, true); });
  bench::add("memory/verify_sqlite_against_lmdb_by_rows", 1, [&](benchmark::State& s) { verification(s, at, false); });
  return bench::run();
}
