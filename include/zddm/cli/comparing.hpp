// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/progress.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/cli/step.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/verify/checkpoint.hpp>
#include <zddm/verify/run.hpp>

namespace zddm::cli {

/// Throws `failure` unless both stores can be compared now: there are two, every key was copied, and Old is still written.
inline void require_comparable(session const& s, subject const& m) {
  using lifecycle::row;
  auto const r = s.record(m.name());
  if (!m.between_stores())
    throw failure(310, exit_code::refused, fmt::format("{} works within one store: there is nothing to compare", m.name()));
  if (!r.proof.covered || r.now.at < row::migrating || r.now.at > row::switched)
    throw failure(301, exit_code::refused, fmt::format("cannot {} {}", s.asked.command, m.name()),
                  {{fmt::format("it is {}; the stores can be compared once the backfill is complete, and until completing",
                                to_string(r.now.at)),
                    r.now.at < row::migrated ? fmt::format("zd {} {}", next_command(r.now.at), m.name()) : std::string()}});
}

/// "full", "1%", "20 ranges".
inline std::string in_words(verify::sample const& s) {
  if (!s.partial()) return "full";
  return s.ranges != 0 ? fmt::format("{} ranges", s.ranges) : to_string(s.share);
}

namespace detail {

/// Tells the copies that New held one after the other apart: a rollback ends one, and so does a plan that is made anew.
inline std::uint64_t copy_in(session const& s, subject const& m) {
  auto const plan = backfill::state_queue<shared_state>(s.state, m.name()).plan();
  return plan ? plan->id : 0;
}

} // namespace detail

/// One comparison of both stores: shows how it gets on, goes on where an earlier one of its kind was stopped, and is stopped with
/// its position saved. A dry run neither takes up nor saves one. Says nothing of a copy other than the one it began with,
/// and takes up no position from before others have found mismatches.
class comparing {
public:
  comparing(session& s, subject& m, verify::sample const& what)
      : s_(s), m_(m), copy_(detail::copy_in(s, m)), known_(s.record(m.name()).proof.mismatches),
        kept_(s.state, m.name(),
              s.asked.continuous ? "continuous"
              : what.partial()   ? "sample"
                                 : "full",
              fmt::format("{} {} {} {} {} {}", m.name(), m.from(), m.to(), in_words(what), copy_, known_)),
        shown_(s.out, m.name()) {
    how.sample = what;
    how.values = s.asked.values;
    how.stop = s.stop.token();
    how.confirm = [this] {
      require_comparable(s_, m_);
      if (detail::copy_in(s_, m_) != copy_)
        throw failure(301, exit_code::refused, fmt::format("cannot {} {}", s_.asked.command, m_.name()),
                      {{"its rows were copied anew meanwhile, and what was seen until then says nothing of them",
                        fmt::format("zd {} {}", s_.asked.command, m_.name())}});
    };
    how.told = [this](verify::status const& now) {
      shown_(now);
      walked_ = now.walked;
      whole_ = now.whole;
    };
  }
  comparing(comparing const&) = delete;
  comparing& operator=(comparing const&) = delete;

  /// `before`: what an earlier pass has left open, where no position was saved. Throws `interrupted`.
  verify::report run(std::optional<verify::position> before = std::nullopt) {
    if (!s_.asked.dry_run) {
      how.from = kept_.load();
      if (how.from) s_.out.say(fmt::format("{}: resumes at {} of about {} keys", m_.name(), how.from->walked, how.from->whole));
      how.save = [this](verify::position const& at) { kept_.save(at); };
    }
    if (!how.from) how.from = std::move(before);
    auto found = m_.compare(how);
    finish(found);
    s_.stop.check();
    if (!s_.asked.dry_run) kept_.forget();
    return found;
  }

  /// Heals what stays wrong, on the way. What earlier ones that were stopped have found holds no longer.
  verify::report heal(verify::repair_options const& mending, verify::repairs& done) {
    if (!mending.dry_run) verify::checkpoint<shared_state>::forget_all(s_.state, m_.name());
    auto found = m_.heal(how, mending, done);
    finish(found);
    return found;
  }

  /// The next one starts from the beginning.
  void forget() { kept_.forget(); }

  /// The open mismatches that were known when it began. Where more are known since, others have looked later.
  std::uint64_t known() const { return known_; }

  verify::options how;

private:
  void finish(verify::report const& found) { shown_.finish(verify::status{walked_, whole_, found}); }

  session& s_;
  subject& m_;
  std::uint64_t copy_;
  std::uint64_t known_;
  verify::checkpoint<shared_state> kept_;
  progress shown_;
  std::uint64_t walked_ = 0;
  std::uint64_t whole_ = 0;
};

} // namespace zddm::cli
