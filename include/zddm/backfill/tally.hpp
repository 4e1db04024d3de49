// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/pace.hpp>
#include <zddm/backfill/progress.hpp>
#include <zddm/backfill/status.hpp>
#include <zddm/backfill/work_queue.hpp>

namespace zddm::backfill {

/// What one process knows of a backfill: its own chunks at once, those of the others as the queue last told. Each row that was
/// covered is counted once.
class tally {
public:
  using nanoseconds = std::chrono::nanoseconds;

  /// Of a plan with so many rows and chunks.
  tally(std::uint64_t rows, std::uint64_t chunks) : covered_{true, rows, chunks, 0, 0, 0, 0, {}, 0, 0} {}

  /// This process has claimed a chunk, which is so far.
  void claimed(std::uint64_t chunk, mark m) { own_[chunk] = {std::move(m), false}; }

  /// The chunk is not this process's any more.
  void lost(std::uint64_t chunk) { own_.erase(chunk); }

  /// This process has brought a chunk of its own one step further.
  void advanced(std::uint64_t chunk, mark const& whole, mark const& step, bool done, nanoseconds now) {
    own_[chunk] = {whole, done};
    covered_.add(step);
    if (done) covered_.add(work::done);
    own_copied_ += step.copied;
    if (progress_) progress_->add(now, step.covered());
  }

  /// Takes over what the queue says of all chunks but those that this process, `self`, has ended or `holds(chunk)`.
  template <class Holds> void told(std::vector<item> const& all, std::string_view self, Holds&& holds, nanoseconds now) {
    coverage c{true, covered_.rows, covered_.chunks, 0, 0, 0, 0, {}, 0, 0};
    std::set<std::string_view> others;
    for (auto const& one : all) {
      auto const own = own_.find(one.id);
      bool const known = own != own_.end() && (own->second.done || holds(one.id));
      c.add(known ? own->second.mark : mark::decoded(one.note));
      c.add(!known ? one.state : own->second.done ? work::done : work::held);
      if (one.state == work::held && one.worker != self) others.insert(one.worker);
    }
    covered_ = std::move(c);
    processes_ = others.size() + 1;
    if (!progress_) progress_.emplace(now, covered_.rows, covered_.covered());
    if (covered_.covered() > progress_->done()) progress_->add(now, covered_.covered() - progress_->done());
  }

  coverage const& covered() const { return covered_; }
  std::size_t processes() const { return processes_; } ///< at work, this one included

  status now(nanoseconds at, pace const& p) const {
    return {covered_,
            progress_ ? progress_->rows_per_second(at) : std::nullopt,
            progress_ ? progress_->left(at) : std::nullopt,
            p.waited(),
            p.paused(),
            p.reason(),
            processes_,
            own_copied_};
  }

private:
  struct own_chunk {
    backfill::mark mark;
    bool done = false;
  };

  coverage covered_;
  std::map<std::uint64_t, own_chunk> own_;
  std::optional<progress> progress_; ///< from the first word of the queue on
  std::size_t processes_ = 1;
  std::uint64_t own_copied_ = 0;
};

} // namespace zddm::backfill
