// SPDX-License-Identifier: BSL-1.0
// A service that owns the packages: two threads that read, write, erase and count up without pause until SIGTERM, and write
// down what they were told.   service FOLDER NUMBER INCARNATION
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/observer/meter.hpp>
#include <zddm/sqlite/state_store.hpp>

#include "journal.hpp"
#include "migration.hpp"
#include "package_index.hpp"
#include "worker.hpp"

namespace {

std::atomic<bool> stop = false;
std::atomic<std::uint64_t> operations = 0;

/// What happened since the last report: operations, reads, reads that New answered, then the median and the 99th percentile
/// of reading Old and New in microseconds. `before`: the durations counted up to then, those of Old first.
std::string report(zddm::observer::counts& counts, std::array<zddm::distribution, 2>& before) {
  using zddm::event::side;
  constexpr auto read = static_cast<std::size_t>(zddm::event::operation::read);
  auto const from_old = counts.of(side::old_store).answered[read].exchange(0);
  auto const from_new = counts.of(side::new_store).answered[read].exchange(0);
  std::string text =
      std::to_string(operations.exchange(0)) + ' ' + std::to_string(from_old + from_new) + ' ' + std::to_string(from_new);
  for (auto const s : {side::old_store, side::new_store}) {
    auto const all = counts.of(s).took[read].read();
    auto const took = all - std::exchange(before[static_cast<std::size_t>(s)], all);
    for (double const q : {0.5, 0.99}) text += ' ' + std::to_string(static_cast<double>(took.quantile(q).count()) / 1000);
  }
  return text;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: service FOLDER NUMBER INCARNATION\n";
    return 2;
  }
  std::string const folder = argv[1];
  auto const number = std::stoi(argv[2]), incarnation = std::stoi(argv[3]);
  std::signal(SIGTERM, [](int) { stop = true; });
  try {
    std::ifstream index(folder + "/index");
    auto const c = catalogue::of(package_index::read(index).packages);
    zddm::sqlite::state_store state(folder + "/state.db");
    zddm::lifecycle::handle life{std::string(packages_to_lmdb::name)};
    packages_to_lmdb stores(folder);
    zddm::observer::counts counts;
    packages_to_lmdb::proxy_type packages(stores.old_store(), stores.new_store(), life, counts);
    zddm::lifecycle::member member(state, life,
                                   {.label = "service " + std::to_string(number), .measured = zddm::observer::meter(counts)});

    std::vector<std::thread> threads;
    std::vector<journal> told;
    for (int t = 0; t < 2; ++t)
      told.emplace_back(folder + "/told-" + std::to_string(number) + '-' + std::to_string(incarnation) + '-' + std::to_string(t));
    for (int t = 0; t < 2; ++t)
      threads.emplace_back([&, t] {
        auto const revision = ((number * 100 + incarnation) * 10 + t) * std::int64_t{1'000'000'000} + 1;
        worker one(packages, c, told[static_cast<std::size_t>(t)], revision,
                   static_cast<unsigned>(number * 31 + incarnation * 7 + t));
        for (; !stop; ++operations) one([](std::exception const& e) { std::cerr << "service: " << e.what() << '\n'; });
      });
    std::array<zddm::distribution, 2> before;
    std::cout << "ready" << std::endl;
    while (!stop) {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      std::cout << "did " << report(counts, before) << std::endl;
    }
    for (auto& t : threads) t.join();
  } catch (std::exception const& e) {
    std::cerr << "service: " << e.what() << '\n';
    return 1;
  }
}
