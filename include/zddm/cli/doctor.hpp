// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/clocks.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::cli {

namespace detail {

/// The findings of `zd doctor`, told one by one.
class examination {
public:
  enum class verdict { fine, warning, wrong };

  explicit examination(console& out) : out_(out) {}

  void operator()(verdict v, std::string_view about, std::string_view what, std::string_view remedy = {}) {
    constexpr std::string_view words[]{"fine", "warning", "wrong"};
    auto const word = words[static_cast<std::size_t>(v)];
    if (v == verdict::wrong) wrong_.push_back({fmt::format("{}: {}", about, what), std::string(remedy)});
    out_.event("check", {{"verdict", word}, {"about", about}, {"what", what}, {"remedy", remedy}});
    out_.line(fmt::format("{:<8} {:<24} {}{}{}", v == verdict::fine ? std::string(word) : out_.bold(word), about, what,
                          remedy.empty() ? "" : "  ", remedy));
  }

  /// Throws `failure` (exit 1) where something was found wrong.
  void conclude() const {
    if (wrong_.empty()) return;
    throw failure(321, exit_code::failed, fmt::format("{} of the checks found something wrong", wrong_.size()), wrong_);
  }

private:
  console& out_;
  std::vector<finding> wrong_;
};

inline double in_ms(std::chrono::nanoseconds t) { return std::chrono::duration<double, std::milli>(t).count(); }

/// The state store answers, and its clock runs as fast as this machine's.
inline void examine_state_store(session& s, examination& tell, std::chrono::milliseconds watched) {
  using clock = std::chrono::steady_clock;
  auto const about = "state store";
  auto const asked = clock::now();
  auto const first = s.state.now();
  auto const answered = clock::now();
  s.state.list("m/");
  tell(examination::verdict::fine, about, fmt::format("{} answers in {:.1f} ms", s.asked.state, in_ms(clock::now() - asked)));
  s.stop.sleep(watched);
  auto const again = clock::now();
  auto const passed_there = s.state.now() - first;
  auto const latest = clock::now();
  // What passed here lies between both, however long the calls took.
  bool const slow = passed_there + std::chrono::milliseconds(2) < again - answered;
  bool const fast = passed_there > latest - asked + std::chrono::milliseconds(2);
  auto const what = fmt::format("its clock went on {} ms while this machine's went on {:.0f} ms", passed_there.count(),
                                in_ms(again - answered));
  if (slow || fast)
    tell(examination::verdict::wrong, "clock", what, "leases would end too early or too late: mend the clock");
  else
    tell(examination::verdict::fine, "clock", what);
}

inline void examine_store(std::string const& about, std::function<store_facts()> const& look, examination& tell) {
  auto const asked = std::chrono::steady_clock::now();
  try {
    auto const facts = look();
    std::string can, cannot;
    for (auto const& [name, there] : facts.capabilities) (there ? can : cannot) += ' ' + std::string(name);
    tell(examination::verdict::fine, about, fmt::format("answers in {:.1f} ms", in_ms(std::chrono::steady_clock::now() - asked)));
    tell(examination::verdict::fine, about, fmt::format("can:{}; cannot:{}", can, cannot.empty() ? " -" : cannot));
    if (!facts.at_risk.empty()) tell(examination::verdict::warning, about, "a loss of power may take away " + facts.at_risk);
  } catch (std::exception const& e) {
    tell(examination::verdict::wrong, about, e.what());
  }
}

inline void examine_promise(subject const& m, examination& tell) {
  std::string const about(m.name());
  auto const promised = m.promised();
  if (!promised)
    return tell(examination::verdict::warning, about, "what its proxy promises is not known here",
                "give the migration `using proxy_type`");
  auto const words = to_string(*promised);
  for (std::size_t from = 0; from <= words.size();) {
    auto const end = std::min(words.find('\n', from), words.size());
    auto const line = std::string_view(words).substr(from, end - from);
    tell(line.starts_with("open") ? examination::verdict::warning : examination::verdict::fine, about, line);
    from = end + 1;
  }
}

inline void examine_fleet(session& s, subject const& m, examination& tell) {
  std::string const about(m.name());
  auto const processes = lifecycle::leases(s.state, m.name());
  std::map<std::string, std::size_t> libraries, versions;
  for (auto const& one : processes) {
    ++libraries[one.library];
    ++versions[one.version];
  }
  for (auto const& [library, count] : libraries)
    tell(library == ZDDM_VERSION ? examination::verdict::fine : examination::verdict::warning, about,
         fmt::format("{} process{} with zddm {}, this zd is {}", count, count == 1 ? "" : "es", library, ZDDM_VERSION));
  bool const mixed = versions.size() > 1;
  for (auto const& [version, count] : versions)
    if (mixed || !version.empty())
      tell(mixed ? examination::verdict::warning : examination::verdict::fine, about,
           fmt::format("{} process{} with version {} of the migration", count, count == 1 ? "" : "es",
                       version.empty() ? "unknown" : version),
           mixed ? "finish the rolling restart before the next step" : "");
  if (processes.empty()) tell(examination::verdict::fine, about, "no process");
  for (auto const& one : leases_from_the_future(s.state, m.name()))
    tell(examination::verdict::wrong, about, one.what, one.remedy);
  auto const r = s.record(m.name());
  auto const now = lifecycle::wall_time();
  if (r.since > now)
    tell(examination::verdict::warning, about,
         fmt::format("its state was entered at {}, and this machine's clock says {}", r.since, now),
         "times in the history may be wrong; nothing else goes by them");
}

} // namespace detail

/// What a migration stands on: connections, clocks, what both stores can do and may lose, what is promised and which hazards are
/// left open, which versions of the library run. Exit 1 where something is wrong; nothing is changed.
inline void doctor(session& s, std::span<subject* const> all,
                   std::chrono::milliseconds watched = std::chrono::milliseconds(500)) {
  detail::examination tell(s.out);
  detail::examine_state_store(s, tell, watched);
  for (auto* const m : all) {
    s.stop.check();
    detail::examine_fleet(s, *m, tell);
    try {
      m->open();
    } catch (std::exception const& e) {
      tell(detail::examination::verdict::wrong, m->name(), e.what());
      continue;
    }
    if (!m->between_stores()) continue;
    detail::examine_store(fmt::format("{} Old", m->name()), [&] { return m->about_old(); }, tell);
    detail::examine_store(fmt::format("{} New", m->name()), [&] { return m->about_new(); }, tell);
    detail::examine_promise(*m, tell);
    if (!m->one_way().empty()) tell(detail::examination::verdict::warning, m->name(), m->one_way());
  }
  tell.conclude();
}

} // namespace zddm::cli
