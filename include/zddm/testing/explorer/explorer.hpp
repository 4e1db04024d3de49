// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <zddm/testing/explorer/fiber.hpp>

namespace zddm::testing::explorer {

/// How a call fails.
enum class fault : std::uint8_t {
  none,
  before,   ///< without its effect, and says so
  after,    ///< after its effect, with an unknown outcome
  late,     ///< with an unknown outcome; its effect comes at any later time, or never
  cancelled ///< without its effect: the operation is unwound by an exception that is nobody's
};

/// Thrown out of a store call, before its effect, as where a coroutine is cancelled or a thread interrupted.
struct cancelled {};

/// How far an exploration goes.
struct bounds {
  std::uint64_t schedules = 50'000'000;                 ///< gives up, and says so, beyond
  int crashes = 0;                                      ///< processes that may die in one schedule, at any step
  int faults = 0;                                       ///< store calls that may fail in one schedule
  std::vector<fault> ways{fault::before, fault::after}; ///< in which they may fail
  int where = -1;                                       ///< the object whose calls may fail; -1: any
  bool shared_memory = false; ///< the processes are threads that share more than what they reach through steps; prunes less
};

/// What was tried.
struct tally {
  std::uint64_t schedules = 0; ///< run to their end
  std::uint64_t pruned = 0;    ///< left because another schedule had come to the same point
  std::uint64_t failed = 0;    ///< for which the check said no
  bool complete = false;       ///< every schedule within the bounds was tried
  std::string witness;         ///< the steps of the first that failed
  std::uint64_t seed = 0;      ///< of that one, where schedules are drawn: `sample` with it and one schedule is that schedule
};

/// Runs the same few processes under every order of their steps. A step ends wherever a process calls `step`: before every
/// call of a store, of a lock or of the state store. The processes are deterministic, share nothing but what they reach
/// through such calls, and run as fibers on the calling thread.
///
/// A schedule is left as soon as it comes to a point where another has been: the same answers given to every process and
/// the same order of changes in every object, so the same future. Threads of one process may learn more than the answers
/// tell, from memory they share: for those say so in the bounds.
class explorer {
public:
  explicit explorer(bounds limits = {}) : limits_(limits) {}
  explorer(explorer const&) = delete;

  /// The exploration that runs on this thread.
  static explorer& current() {
    if (running() == nullptr) throw std::logic_error("zddm: no exploration runs on this thread");
    return *running();
  }

  /// The process of what happens by itself.
  static constexpr int nobody = -1;

  /// Runs one operation of process `by` in its own fiber. Called by a running process: from its next step on.
  void spawn(int by, std::function<void()> body) {
    if (count_ == fibers_.size()) fibers_.push_back(std::make_unique<running_fiber>());
    auto& f = *fibers_[count_++];
    f.process = by;
    f.dead = f.waiting = f.alone = false;
    f.next = {};
    f.idle = 0;
    f.seen = mix(0x9e3779b97f4a7c15u, count_);
    f.context.start(std::move(body));
  }

  /// Ends the step of the running process. Outside of a fiber nothing happens.
  void step(std::string_view name) {
    if (active_ < 0) return;
    auto& me = *fibers_[static_cast<std::size_t>(active_)];
    me.next = name;
    me.context.suspend();
  }

  /// The running process learned something, or changed an object; the next point is told apart by it.
  void learned(std::uint64_t what) {
    if (active_ >= 0) {
      auto& me = *fibers_[static_cast<std::size_t>(active_)];
      me.seen = mix(me.seen, what);
    }
  }
  void changed(std::size_t object, std::uint64_t how) {
    if (active_ < 0) return;
    objects_.at(object) = mix(objects_.at(object), mix(static_cast<std::uint64_t>(active_) + 1, how));
    wake_all();
  }

  /// One of `n` ways to go on; every one is tried.
  int choose(int n) {
    if (n <= 1) return 0;
    if (drawn_) return static_cast<int>(drawn_->random() % static_cast<std::uint64_t>(n));
    if (depth_ == path_.size()) path_.push_back({0, n});
    return path_[depth_++].taken;
  }

  /// Whether and how this call of an object, which can fail in the given ways, does so within the bounds.
  fault fails(std::size_t object, std::initializer_list<fault> possible) {
    if (faults_left_ == 0 || active_ < 0) return fault::none;
    if (limits_.where >= 0 && object != static_cast<std::size_t>(limits_.where)) return fault::none;
    std::array<fault, 5> ways{fault::none};
    int n = 1;
    for (auto const way : possible)
      if (std::find(limits_.ways.begin(), limits_.ways.end(), way) != limits_.ways.end())
        ways.at(static_cast<std::size_t>(n++)) = way;
    if (drawn_ && drawn_->random() % 8 != 0) n = 1;
    auto const how = ways.at(static_cast<std::size_t>(choose(n)));
    if (how == fault::none) return how;
    --faults_left_;
    learned(static_cast<std::uint64_t>(how) << 32);
    constexpr std::array<std::string_view, 5> names{"", "fails before its effect", "fails after its effect",
                                                    "times out, with its effect still to come", "is cancelled"};
    note(names.at(static_cast<std::size_t>(how)));
    return how;
  }

  /// The running process waits until some object changes, or until nobody else can go on. False: that happened twice in
  /// a row, so it waits for nothing.
  bool wait() {
    auto& me = *fibers_.at(static_cast<std::size_t>(active_));
    me.waiting = true;
    me.context.suspend();
    me.idle = std::exchange(me.alone, false) ? me.idle + 1 : 0;
    return me.idle < 2;
  }
  void wake_all() {
    for (std::size_t i = 0; i < count_; ++i) fibers_[i]->waiting = false;
  }

  /// Whether a process died in this schedule.
  bool crashed(int process) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (fibers_[i]->dead && fibers_[i]->process == process) return true;
    return false;
  }

  /// A moment: later calls return greater numbers.
  std::uint64_t tick() { return ++ticks_; }

  /// Tries every schedule: `setup` makes the world anew and spawns; `check` judges what came of it and may go on calling
  /// (outside of any fiber, so at rest).
  template <class Setup, class Check> tally run(Setup&& setup, Check&& check) {
    tally t;
    drawn_.reset();
    path_.clear();
    known_.clear();
    do {
      once(t, setup, check);
    } while (next_path() && t.schedules + t.pruned < limits_.schedules);
    t.complete = path_.empty();
    return t;
  }

  /// Draws schedules from `seed` on, for worlds too big for `run`: one half at random step by step, the other by random
  /// priorities that change at `depth` - 1 random steps, which finds what takes `depth` steps in a certain order with a
  /// probability that is known (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs").
  /// The same seed draws the same schedules.
  template <class Setup, class Check>
  tally sample(std::uint64_t seed, std::uint64_t schedules, int depth, Setup&& setup, Check&& check) {
    tally t;
    std::uint64_t length = 64;
    for (std::uint64_t i = 0; i < schedules; ++i) {
      drawn_.emplace(seed + i, depth, length);
      auto const failed = t.failed;
      once(t, setup, check);
      length = std::max(length, drawn_->steps);
      if (failed == 0 && t.failed == 1) t.seed = seed + i;
    }
    drawn_.reset();
    return t;
  }

private:
  struct running_fiber {
    fiber context;
    int process = 0;
    bool dead = false;
    bool waiting = false;
    bool alone = false;
    int idle = 0;
    std::uint64_t seen = 0;
    std::string_view next;
  };
  struct choice {
    int taken;
    int of;
  };
  struct trace_entry {
    int process;
    std::string_view what;
  };

  /// A schedule that is drawn instead of enumerated.
  struct draw {
    draw(std::uint64_t seed, int depth, std::uint64_t length) : random(seed), by_priority(seed % 2 == 1) {
      for (int i = 1; i < depth; ++i) changes.push_back(random() % length);
    }

    /// Which of the fibers ready goes on.
    int pick(std::array<int, 16> const& ready, int n) {
      ++steps;
      if (!by_priority) return static_cast<int>(random() % static_cast<std::uint64_t>(n));
      int best = 0;
      for (int i = 0; i < n; ++i) {
        auto const f = static_cast<std::size_t>(ready.at(static_cast<std::size_t>(i)));
        while (priority.size() <= f) priority.push_back(1'000'000 + random() % 1'000'000);
        if (priority[f] > priority[static_cast<std::size_t>(ready.at(static_cast<std::size_t>(best)))]) best = i;
      }
      if (std::find(changes.begin(), changes.end(), steps) != changes.end())
        priority[static_cast<std::size_t>(ready.at(static_cast<std::size_t>(best)))] = 1'000 - steps % 1'000;
      return best;
    }

    std::mt19937_64 random;
    bool by_priority;
    std::vector<std::uint64_t> changes;
    std::vector<std::uint64_t> priority;
    std::uint64_t steps = 0;
  };

  template <class Setup, class Check> void once(tally& t, Setup& setup, Check& check) {
    struct running_here {
      explicit running_here(explorer* e) : outer(std::exchange(running(), e)) {}
      running_here(running_here const&) = delete;
      ~running_here() { running() = outer; }
      explorer* outer;
    } const here(this);
    count_ = depth_ = ticks_ = 0;
    crashes_left_ = limits_.crashes;
    faults_left_ = limits_.faults;
    objects_.fill(0);
    trace_.clear();
    setup();
    if (!play()) {
      ++t.pruned;
      return;
    }
    ++t.schedules;
    if (!check() && t.failed++ == 0) t.witness = describe();
  }

  static explorer*& running() {
    thread_local explorer* e = nullptr;
    return e;
  }

  static constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    a ^= b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2);
    a *= 0xff51afd7ed558ccdu;
    return a ^ a >> 33;
  }

  /// Runs one schedule; false if it was left because its future is known.
  bool play() {
    for (;;) {
      std::array<int, 16> ready{};
      int n = 0;
      for (std::size_t i = 0; i < count_; ++i)
        if (auto const& f = *fibers_[i]; !f.context.done() && !f.dead && !f.waiting)
          ready.at(static_cast<std::size_t>(n++)) = static_cast<int>(i);
      if (n == 0) {
        bool idle = true;
        for (std::size_t i = 0; i < count_; ++i)
          if (auto& f = *fibers_[i]; f.waiting && !f.dead) {
            f.waiting = idle = false;
            f.alone = true;
          }
        if (idle) return true;
        continue;
      }
      if (!drawn_ && depth_ >= path_.size() && !known_.insert(point()).second) return false;
      int const way = next(ready, n);
      auto const chosen = static_cast<std::size_t>(ready.at(static_cast<std::size_t>(way % n)));
      auto& f = *fibers_[chosen];
      if (way >= n) {
        --crashes_left_;
        for (std::size_t i = 0; i < count_; ++i)
          if (fibers_[i]->process == f.process) fibers_[i]->dead = true;
        trace_.push_back({f.process, "dies"});
        continue;
      }
      trace_.push_back({f.process, f.next.empty() ? "starts" : f.next});
      f.next = {};
      f.seen = mix(f.seen, 1);
      if (limits_.shared_memory)
        for (auto const o : objects_) f.seen = mix(f.seen, o);
      active_ = static_cast<int>(chosen);
      f.context.resume();
      active_ = -1;
    }
  }

  /// Which fiber goes on; with `n` added, dies.
  int next(std::array<int, 16> const& ready, int n) {
    if (!drawn_) return choose(crashes_left_ > 0 ? 2 * n : n);
    int const way = drawn_->pick(ready, n);
    return crashes_left_ > 0 && drawn_->random() % 32 == 0 ? way + n : way;
  }

  std::uint64_t point() const {
    std::uint64_t p = mix(static_cast<std::uint64_t>(crashes_left_), static_cast<std::uint64_t>(faults_left_));
    for (std::size_t i = 0; i < count_; ++i) {
      auto const& f = *fibers_[i];
      p = mix(p, mix(f.seen, f.context.done() ? 1 : f.dead ? 2 : f.waiting ? 3 : 4));
    }
    for (auto const o : objects_) p = mix(p, o);
    return p;
  }

  bool next_path() {
    path_.resize(depth_);
    while (!path_.empty() && path_.back().taken + 1 == path_.back().of) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().taken;
    return true;
  }

  void note(std::string_view what) { trace_.push_back({fibers_[static_cast<std::size_t>(active_)]->process, what}); }

  std::string describe() const {
    std::string text;
    for (auto const& e : trace_) text += (text.empty() ? "" : ", ") + std::to_string(e.process) + ' ' + std::string(e.what);
    return text;
  }

  bounds limits_;
  std::vector<std::unique_ptr<running_fiber>> fibers_;
  std::size_t count_ = 0;
  int active_ = -1;
  std::vector<choice> path_;
  std::optional<draw> drawn_;
  std::size_t depth_ = 0;
  std::unordered_set<std::uint64_t> known_;
  std::array<std::uint64_t, 8> objects_{};
  std::vector<trace_entry> trace_;
  std::uint64_t ticks_ = 0;
  int crashes_left_ = 0;
  int faults_left_ = 0;
};

} // namespace zddm::testing::explorer
