// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/backfill/work_queue.hpp>
#include <zddm/cli/state_failure.hpp>

namespace zddm::cli {

/// Any `backfill::work_queue` of a state store, so that the commands are compiled once. Its failures are `state_failure`.
class shared_queue {
public:
  template <backfill::work_queue Queue>
  explicit shared_queue(std::unique_ptr<Queue> queue) : inner_(std::make_unique<model<Queue>>(std::move(queue))) {}

  bool make(std::string_view text, std::uint64_t items) {
    return state_failure::guarded([&] { return inner_->make(text, items); });
  }
  std::optional<backfill::planned> plan() const {
    return state_failure::guarded([&] { return inner_->plan(); });
  }
  std::vector<backfill::task> claim(std::uint64_t plan, std::string_view worker, backfill::wanted const& w,
                                    std::chrono::milliseconds lease) {
    return state_failure::guarded([&] { return inner_->claim(plan, worker, w, lease); });
  }
  bool report(backfill::task const& t, backfill::report const& r) {
    return state_failure::guarded([&] { return inner_->report(t, r); });
  }
  std::vector<backfill::item> items(std::uint64_t plan) const {
    return state_failure::guarded([&] { return inner_->items(plan); });
  }
  backfill::counts counts(std::uint64_t plan) const {
    return state_failure::guarded([&] { return inner_->counts(plan); });
  }
  std::uint64_t reopen(std::uint64_t plan) {
    return state_failure::guarded([&] { return inner_->reopen(plan); });
  }
  void forget() {
    state_failure::guarded([&] { inner_->forget(); });
  }

private:
  struct concept_type {
    virtual ~concept_type() = default;
    virtual bool make(std::string_view text, std::uint64_t items) = 0;
    virtual std::optional<backfill::planned> plan() = 0;
    virtual std::vector<backfill::task> claim(std::uint64_t plan, std::string_view worker, backfill::wanted const& w,
                                              std::chrono::milliseconds lease) = 0;
    virtual bool report(backfill::task const& t, backfill::report const& r) = 0;
    virtual std::vector<backfill::item> items(std::uint64_t plan) = 0;
    virtual backfill::counts counts(std::uint64_t plan) = 0;
    virtual std::uint64_t reopen(std::uint64_t plan) = 0;
    virtual void forget() = 0;
  };
  template <class Queue> struct model final : concept_type {
    explicit model(std::unique_ptr<Queue> q) : queue(std::move(q)) {}
    bool make(std::string_view text, std::uint64_t items) override { return queue->make(text, items); }
    std::optional<backfill::planned> plan() override { return queue->plan(); }
    std::vector<backfill::task> claim(std::uint64_t plan, std::string_view worker, backfill::wanted const& w,
                                      std::chrono::milliseconds lease) override {
      return queue->claim(plan, worker, w, lease);
    }
    bool report(backfill::task const& t, backfill::report const& r) override { return queue->report(t, r); }
    std::vector<backfill::item> items(std::uint64_t plan) override { return queue->items(plan); }
    backfill::counts counts(std::uint64_t plan) override { return queue->counts(plan); }
    std::uint64_t reopen(std::uint64_t plan) override { return queue->reopen(plan); }
    void forget() override { queue->forget(); }
    std::unique_ptr<Queue> queue;
  };

  std::unique_ptr<concept_type> inner_;
};

static_assert(backfill::work_queue<shared_queue>);

} // namespace zddm::cli
