// SPDX-License-Identifier: BSL-1.0
// dynamic WHO ROW N makes N reads (hits), visits or writes, as OPERATION_read, _visit or _write is defined: on a bare store, by a
// migration written by hand, through a proxy whose state is fixed, may change while it runs, is shared with other processes, or
// has a gate.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/fixed.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/proxy/proxy.hpp>

#include "tools/overhead/subjects.hpp"

namespace {

/// Known in this file alone: what is called once is part of its caller, as where a program has one place that reads.
struct table : overhead::table {};

std::uint64_t volatile sink;

/// A store called as a proxy is.
struct bare {
  table& store;
  auto read(std::uint64_t key) { return store.get(key); }
  template <class F> bool visit(std::uint64_t key, F&& f) { return store.visit(key, f); }
  void write(std::uint64_t key, std::uint64_t value) { store.put(key, value); }
};

// One operation a program: what is inlined depends on what is around it.
template <class Subject> [[gnu::noinline]] void repeat(std::uint64_t n, Subject&& s) {
#if defined(OPERATION_read)
  for (std::uint64_t i = 0; i < n; ++i) sink = *s.read(i);
#elif defined(OPERATION_visit)
  for (std::uint64_t i = 0; i < n; ++i) s.visit(i, [](std::uint64_t const& v) { sink = v; });
#else
  for (std::uint64_t i = 0; i < n; ++i) s.write(i, i);
#endif
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) return EXIT_FAILURE;
  std::string_view const who = argv[1], name = argv[2];
  auto const n = std::strtoull(argv[3], nullptr, 10);
  overhead::row at{};
  for (auto const& [text, row] : overhead::rows)
    if (text == name) at = row;
  table from, to;
  zddm::lifecycle::handle migration("m", overhead::settings_at(at, *zddm::threshold::parse("50")));
  migration.extend_lease(zddm::coarse_clock::now() + std::chrono::hours(1));
  if (who == "bare")
    repeat(n, bare{from});
  else if (who == "by_hand")
    repeat(n, overhead::by_hand(from, to, at));
  else if (who == "fixed")
    repeat(n, zddm::proxy<table, table>(from, to));
  else if (who == "proxy")
    repeat(n, zddm::proxy<table, table, zddm::lifecycle::local>(from, to, migration));
  else if (who == "many") { // as where it is called from many places
    overhead::table old_store, new_store;
    repeat(n, zddm::proxy<overhead::table, overhead::table, zddm::lifecycle::local>(old_store, new_store, migration));
  } else if (who == "shared")
    repeat(n, zddm::proxy<table, table, zddm::lifecycle::shared>(from, to, migration));
  else if (who == "gated")
    repeat(n, zddm::proxy<table, table, zddm::lifecycle::local, zddm::gate::dial>(from, to, migration));
  return EXIT_SUCCESS;
}
