// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include <zddm/backfill/adaptive.hpp>
#include <zddm/backfill/chunk_size.hpp>
#include <zddm/backfill/settings.hpp>
#include <zddm/backfill/status.hpp>
#include <zddm/backfill/throttle.hpp>
#include <zddm/core/timing.hpp>

namespace zddm::backfill {

enum class ending {
  complete, ///< every chunk is done, and no more rows were refused than are allowed
  stopped,  ///< on request; what was done is saved
  refused,  ///< more rows than allowed have no counterpart in New's shape; likewise
  failed,   ///< chunks are left that failed too often, in other processes
  held      ///< the only chunk that was asked for is in another worker's hands
};

struct result {
  backfill::ending ending = ending::stopped;
  backfill::status status;
};

/// A name that no other worker has.
inline std::string unique_worker(std::string const& who = "worker") {
  std::random_device random;
  return who + '/' + std::to_string(random()) + '-' + std::to_string(random());
}

struct options {
  std::string identity; ///< of the migration: a plan made for another one is refused
  std::string worker = unique_worker();
  std::size_t workers = 1; ///< each copies a chunk at a time, by two threads: one reads while the other writes
  chunk_size chunk;
  std::size_t most_chunks = 4096;
  std::optional<std::uint64_t> only; ///< this chunk and no other
  bool plan_only = false;            ///< makes the plan, where there is none, and copies nothing
  bool make_plan = true;             ///< else ZD-241 where there is none
  /// A killed run repeats no more of each worker, nor more than a hundredth of all rows and a page.
  std::chrono::milliseconds save_every{200};
  std::chrono::milliseconds lease{10'000};                        ///< after which others take the chunks of a killed run
  std::chrono::milliseconds refresh{1000};                        ///< how often it looks what the other processes have done
  std::uint64_t most_refused = 100;                               ///< more of them, over all processes, end the run
  std::size_t most_listed = 100;                                  ///< keys of refused rows that are remembered
  int attempts = 6;                                               ///< for a page whose store fails with a transient error
  std::uint64_t chunk_attempts = 3;                               ///< before a chunk that fails is left out
  bool retry_failed = true;                                       ///< opens the chunks that failed in earlier runs
  std::function<settings()> live = [] { return settings{}; };     ///< asked before every page, and each second of a wait
  std::function<void(status const&)> told = [](status const&) {}; ///< likewise after it
  std::function<pause(load const&, std::chrono::nanoseconds)> throttle = [](auto const&...) { return pause{}; };
  adaptive::probe probe; ///< latencies as the application sees them; else those of the pages count
  zddm::timing timing;
  std::stop_token stop;
};

} // namespace zddm::backfill
