// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

/// What the benchmarks share: measuring two ways to do the same, turn by turn, and telling it as `name value unit` lines.
namespace bench {

struct arguments {
  std::uint64_t rows = 1'000'000;
  int turns = 7;

  /// Takes `--rows=N` and `--turns=N`, leaves the rest to Google Benchmark, and ends the program at what neither knows.
  arguments(int& argc, char** argv) {
    auto const rest = std::remove_if(argv + 1, argv + argc, [this](char const* word) {
      return number(word, "--rows=", rows) || number(word, "--turns=", turns);
    });
    argc = static_cast<int>(rest - argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) std::exit(2);
  }

private:
  template <class N> static bool number(std::string_view word, std::string_view name, N& n) {
    if (!word.starts_with(name)) return false;
    n = static_cast<N>(std::strtoull(word.data() + name.size(), nullptr, 10));
    return true;
  }
};

/// Seconds.
struct spent {
  double wall = 0;
  double cpu = 0; ///< of all threads of the process
};

template <class F> spent measured(F&& f) {
  auto const cpu = [] {
    ::timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  auto const wall_before = std::chrono::steady_clock::now();
  double const cpu_before = cpu();
  f();
  double const cpu_spent = cpu() - cpu_before;
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_before).count(), cpu_spent};
}

inline double median(std::vector<double> all) {
  if (all.empty()) return 0;
  auto const middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

/// Two ways to do the same, measured turn by turn so that whatever else the machine does falls on both.
class comparison {
public:
  void turn(spent ours, spent other) {
    ours_.push_back(ours);
    other_.push_back(other);
  }

  /// Of the turns: the median of the other's time through ours, so that more is better for us.
  double speed() const {
    return over([](spent const& ours, spent const& other) { return other.wall / ours.wall; });
  }
  double cpu_speed() const {
    return over([](spent const& ours, spent const& other) { return other.cpu / ours.cpu; });
  }
  double ours() const {
    return over([](spent const& ours, spent const&) { return ours.wall; });
  }
  double other() const {
    return over([](spent const&, spent const& other) { return other.wall; });
  }

private:
  template <class F> double over(F f) const {
    std::vector<double> all;
    for (std::size_t i = 0; i < ours_.size(); ++i) all.push_back(f(ours_[i], other_[i]));
    return median(std::move(all));
  }

  std::vector<spent> ours_, other_;
};

/// Prints the counters of each benchmark, which are named `what unit`, as `benchmark/what value unit`.
class lines : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(Context const&) override { return true; }
  void ReportRuns(std::vector<Run> const& runs) override {
    for (auto const& run : runs) {
      if (run.error_occurred) {
        std::fprintf(stderr, "%s: %s\n", run.run_name.function_name.c_str(), run.error_message.c_str());
        failed_ = true;
      }
      for (auto const& [name, counter] : run.counters) {
        auto const space = name.find(' ');
        std::printf("%s/%s %.4g %s\n", run.run_name.function_name.c_str(), name.substr(0, space).c_str(), counter.value,
                    name.substr(space + 1).c_str());
      }
    }
    std::fflush(stdout);
  }
  bool failed() const { return failed_; }

private:
  bool failed_ = false;
};

/// Registers a benchmark that is called for as many turns as asked for and measures itself.
template <class F> void add(std::string const& name, int turns, F f) {
  benchmark::RegisterBenchmark(name.c_str(), std::move(f))->Iterations(turns)->UseManualTime();
}

/// Runs what was added, or what `--benchmark_filter` leaves of it. What a program returns.
inline int run() {
  lines out;
  std::size_t const n = benchmark::RunSpecifiedBenchmarks(&out);
  if (n == 0) std::fputs("no benchmark has such a name\n", stderr);
  return n == 0 || out.failed() ? 1 : 0;
}

} // namespace bench
