// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <istream>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <zddm/cli/failure.hpp>

namespace zddm::cli {

using json = nlohmann::ordered_json;

/// The streams of a command, and which of them are terminals.
struct streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_terminal = false;
  bool out_terminal = false;
  bool err_terminal = false;
};

/// `{"schema":1,"event":…}` on one line. What a store holds may be no text at all: what is none is replaced.
inline std::string event_line(std::string_view name, json const& fields) {
  json all{{"schema", 1}, {"event", name}};
  all.update(fields);
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// How a command speaks: data on `out`, talk on `err`. Threads may speak at once.
class console {
public:
  struct manner {
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool plain = false; ///< nothing is redrawn
    bool colour = false;
  };

  console(streams const& s, manner m) : s_(s), m_(m) {}

  streams const& io() const noexcept { return s_; }
  manner const& how() const noexcept { return m_; }
  bool redraws() const noexcept { return s_.err_terminal && !m_.plain && !m_.json && !m_.quiet; }

  /// A line of data for people; nothing where JSON is asked for.
  void line(std::string_view text) {
    if (m_.json) return;
    std::lock_guard const lock(mutex_);
    wipe();
    s_.out << text << '\n' << std::flush;
  }

  /// A line of data for programs, see `event_line`; nothing where people read.
  void event(std::string_view name, json const& fields) {
    if (!m_.json) return;
    auto const text = event_line(name, fields);
    std::lock_guard const lock(mutex_);
    s_.out << text << '\n' << std::flush;
  }

  /// Talk; nothing with -q or where JSON is asked for.
  void say(std::string_view text) {
    if (m_.quiet || m_.json) return;
    std::lock_guard const lock(mutex_);
    wipe();
    s_.err << text << '\n' << std::flush;
  }
  void detail(std::string_view text) {
    if (m_.verbose) say(text);
  }

  /// The one line that is redrawn; a terminal too narrow for it shows its beginning.
  void redraw(std::string_view text) {
    if (!redraws()) return;
    std::lock_guard const lock(mutex_);
    s_.err << "\r\x1b[?7l" << text << "\x1b[K\x1b[?7h" << std::flush; // what wrapped would be there to stay
    drawn_ = true;
  }

  /// Draws the text over the whole screen, in one step; for a terminal.
  void screen(std::string_view text) {
    std::string frame = "\x1b[H";
    for (char const c : text) {
      if (c == '\n') frame += "\x1b[K";
      frame += c;
    }
    std::lock_guard const lock(mutex_);
    s_.out << frame << "\x1b[J" << std::flush;
  }

  /// What the user answers; empty where nobody can.
  std::string ask(std::string_view question) {
    std::string answer;
    std::lock_guard const lock(mutex_);
    wipe();
    s_.err << question << ' ' << std::flush;
    std::getline(s_.in, answer);
    return answer;
  }

  void complain(failure const& f) {
    if (m_.json) {
      json details = json::array();
      for (auto const& one : f.findings()) details.push_back({{"what", one.what}, {"remedy", one.remedy}});
      event("error", {{"code", f.code()},
                      {"exit", static_cast<int>(f.exit())},
                      {"message", f.text()},
                      {"details", details},
                      {"note", f.note()}});
      return;
    }
    std::lock_guard const lock(mutex_);
    wipe();
    s_.err << red("error") << " ZD-" << f.code() << ": " << f.text() << '\n';
    std::size_t width = 0;
    for (auto const& one : f.findings()) width = std::max(width, one.what.size());
    for (auto const& one : f.findings()) {
      s_.err << "  " << one.what;
      if (!one.remedy.empty()) s_.err << std::string(width - one.what.size() + 2, ' ') << one.remedy;
      s_.err << '\n';
    }
    s_.err << "  " << f.note() << (f.note().empty() ? "" : "  ") << "(exit " << static_cast<int>(f.exit()) << ")\n" << std::flush;
  }

  std::string bold(std::string_view text) const { return painted("1", text); }
  std::string red(std::string_view text) const { return painted("1;31", text); }

private:
  std::string painted(std::string_view how, std::string_view text) const {
    if (!m_.colour) return std::string(text);
    return "\x1b[" + std::string(how) + 'm' + std::string(text) + "\x1b[0m";
  }

  void wipe() {
    if (drawn_) s_.err << "\r\x1b[K";
    drawn_ = false;
  }

  streams const s_;
  manner const m_;
  std::mutex mutex_;
  bool drawn_ = false;
};

} // namespace zddm::cli
