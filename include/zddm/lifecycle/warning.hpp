// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <set>
#include <source_location>
#include <string>
#include <string_view>

namespace zddm::lifecycle {

/// A place in the code that still refers to a completed migration, or a proxy that still serves one and has no place.
struct warning {
  std::string_view migration;
  std::source_location where = {};

  bool has_place() const { return where.line() != 0; }
};

inline std::string to_string(std::source_location const& where) {
  return std::string(where.file_name()) + ':' + std::to_string(where.line());
}

/// One line, without its end: the place, the migration, what to do.
inline std::string to_string(warning const& w) {
  if (!w.has_place())
    return "zddm warning: migration " + std::string(w.migration) +
           " is completed and a proxy still serves it; call New directly and strip the proxy, before it is destroyed";
  return to_string(w.where) + ": zddm warning: migration " + std::string(w.migration) +
         " is completed; strip its code here and keep what runs once it is completed, before it is destroyed";
}

/// Who is told of warnings. Called from any thread, once a place and handle; must not call into the migration.
using warning_sink = void (*)(warning const&);

/// The sink at first: one line on stderr.
inline void warn_on_stderr(warning const& w) {
  auto const line = to_string(w) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

namespace detail {

inline std::atomic<warning_sink> sink{&warn_on_stderr};

/// One place that has warned, for one handle.
struct warned_place {
  std::uint64_t handle;
  std::string_view file;
  std::uint_least32_t line;
  std::uint_least32_t column;

  friend auto operator<=>(warned_place const&, warned_place const&) = default;
};

/// Warns the first time a place is seen. `last` belongs to a few places at most and remembers the latest of them, so that
/// a place which has warned costs one load and a few compares.
inline void warn_once(std::atomic<warned_place const*>& last, std::uint64_t handle, warning const& w) {
  warned_place const place{handle, w.where.file_name(), w.where.line(), w.where.column()};
  if (auto const* known = last.load(std::memory_order_acquire); known != nullptr && known->handle == handle &&
                                                                known->file.data() == place.file.data() &&
                                                                known->line == place.line && known->column == place.column)
    return;
  static std::mutex guard;
  static std::set<warned_place> warned;
  bool first = false;
  {
    std::lock_guard const lock(guard);
    auto const [at, inserted] = warned.insert(place);
    last.store(&*at, std::memory_order_release);
    first = inserted;
  }
  if (first) sink.load(std::memory_order_acquire)(w);
}

} // namespace detail

/// Replaces the sink and returns the one before.
inline warning_sink send_warnings_to(warning_sink sink) noexcept {
  return detail::sink.exchange(sink, std::memory_order_acq_rel);
}

} // namespace zddm::lifecycle
