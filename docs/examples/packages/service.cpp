// SPDX-License-Identifier: BSL-1.0
// A service that owns the packages: two threads that read, write, erase and count up without pause until SIGTERM, and write
// down what they were told.   service FOLDER NUMBER INCARNATION
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/sqlite/state_store.hpp>

#include "journal.hpp"
#include "migration.hpp"
#include "package_index.hpp"

namespace {

std::atomic<bool> stop = false;
std::atomic<std::uint64_t> operations = 0;

struct catalogue {
  universe names;
  std::vector<package> first; ///< what the index says, in New's shape
};

catalogue read_catalogue(std::string const& folder) {
  std::ifstream in(folder + "/index");
  catalogue c;
  for (auto const& [name, p] : package_index::read(in).packages) {
    c.names.push_back(name);
    c.first.push_back(split_fields::to_new(p));
  }
  for (int i = 0; i < 200; ++i) {
    c.names.push_back("zz-new-" + std::to_string(i));
    c.first.emplace_back();
  }
  return c;
}

/// A few packages are asked for most of the time.
std::uint32_t pick(std::mt19937_64& random, std::size_t names) {
  double const u = std::generate_canonical<double, 32>(random);
  return static_cast<std::uint32_t>(std::min(static_cast<double>(names - 1), std::pow(u, 4) * static_cast<double>(names)));
}

void work(packages_to_lmdb::proxy_type& packages, catalogue const& c, journal& told, std::int64_t first_revision, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> shuffled(c.names.size());
  for (std::uint32_t i = 0; i < shuffled.size(); ++i) shuffled[i] = i;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(7));
  for (std::int64_t revision = first_revision; !stop;) {
    auto const name = shuffled[pick(random, shuffled.size())];
    auto const& key = c.names[name];
    auto const dice = random() % 1000;
    observed o{now(), 0, observed::absent, name, observed::read, false};
    try {
      if (dice >= 100) {
        if (auto const p = packages.read(key)) o.revision = p->revision;
      } else if (counted(name)) {
        o.what = observed::update;
        auto const p = packages.update(key, [&](std::optional<package> const& is) {
          auto next = is.value_or(c.first[name]);
          ++next.revision;
          return std::optional(next);
        });
        o.revision = p->revision;
      } else if (dice >= 20) {
        o.what = observed::write;
        o.revision = revision++;
        packages.write(key, revised(c.first[name], o.revision));
      } else {
        o.what = observed::erase;
        packages.erase(key);
      }
    } catch (std::exception const& e) {
      o.failed = true;
      std::cerr << "service: " << e.what() << '\n';
    }
    o.returned = now();
    told.add(o);
    ++operations;
  }
}

/// What happened since the last report: operations, reads, reads that New answered, then the median and the 99th percentile
/// of reading Old and New in microseconds.
std::string report(zddm::observer::counts& counts) {
  using zddm::event::side;
  constexpr auto read = static_cast<std::size_t>(zddm::event::operation::read);
  auto const from_old = counts.of(side::old_store).answered[read].exchange(0);
  auto const from_new = counts.of(side::new_store).answered[read].exchange(0);
  std::string text =
      std::to_string(operations.exchange(0)) + ' ' + std::to_string(from_old + from_new) + ' ' + std::to_string(from_new);
  for (auto const s : {side::old_store, side::new_store}) {
    auto& took = counts.of(s).took[read];
    for (double const q : {0.5, 0.99}) text += ' ' + std::to_string(static_cast<double>(took.quantile(q).count()) / 1000);
    took.clear();
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
    auto const c = read_catalogue(folder);
    zddm::sqlite::state_store state(folder + "/state.db");
    zddm::lifecycle::handle life{std::string(packages_to_lmdb::name)};
    packages_to_lmdb stores(folder);
    zddm::observer::counts counts;
    packages_to_lmdb::proxy_type packages(stores.old_store(), stores.new_store(), life, counts);
    zddm::lifecycle::member member(state, life, {.label = "service " + std::to_string(number)});

    std::vector<std::thread> threads;
    std::vector<journal> told;
    for (int t = 0; t < 2; ++t)
      told.emplace_back(folder + "/told-" + std::to_string(number) + '-' + std::to_string(incarnation) + '-' + std::to_string(t));
    for (int t = 0; t < 2; ++t)
      threads.emplace_back([&, t] {
        auto const revision = ((number * 100 + incarnation) * 10 + t) * std::int64_t{1'000'000'000} + 1;
        work(packages, c, told[static_cast<std::size_t>(t)], revision, static_cast<unsigned>(number * 31 + incarnation * 7 + t));
      });
    std::cout << "ready" << std::endl;
    while (!stop) {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      std::cout << "did " << report(counts) << std::endl;
    }
    for (auto& t : threads) t.join();
  } catch (std::exception const& e) {
    std::cerr << "service: " << e.what() << '\n';
    return 1;
  }
}
