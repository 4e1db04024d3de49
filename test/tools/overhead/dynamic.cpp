// SPDX-License-Identifier: BSL-1.0
// dynamic WHO OPERATION ROW N makes N reads (hits), visits or writes: on a bare store, by a migration written by hand, through
// a proxy whose state is fixed, may change while it runs, is shared with other processes, or has a gate.
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

using overhead::table;

std::uint64_t volatile sink;

/// A store called as a proxy is.
struct bare {
  table& store;
  auto read(std::uint64_t key) { return store.get(key); }
  template <class F> bool visit(std::uint64_t key, F&& f) { return store.visit(key, f); }
  void write(std::uint64_t key, std::uint64_t value) { store.put(key, value); }
};

template <class Subject> [[gnu::noinline]] void repeat(std::string_view operation, std::uint64_t n, Subject&& s) {
  if (operation == "read")
    for (std::uint64_t i = 0; i < n; ++i) sink = *s.read(i);
  else if (operation == "visit")
    for (std::uint64_t i = 0; i < n; ++i) s.visit(i, [](std::uint64_t const& v) { sink = v; });
  else
    for (std::uint64_t i = 0; i < n; ++i) s.write(i, i);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 5) return EXIT_FAILURE;
  std::string_view const who = argv[1], operation = argv[2], name = argv[3];
  auto const n = std::strtoull(argv[4], nullptr, 10);
  overhead::row at{};
  for (auto const& [text, row] : overhead::rows)
    if (text == name) at = row;
  table from, to;
  zddm::lifecycle::handle migration("m", overhead::settings_at(at, *zddm::threshold::parse("50")));
  migration.extend_lease(zddm::coarse_clock::now() + std::chrono::hours(1));
  if (who == "bare")
    repeat(operation, n, bare{from});
  else if (who == "by_hand")
    repeat(operation, n, overhead::by_hand(from, to, at));
  else if (who == "fixed")
    repeat(operation, n, zddm::proxy<table, table>(from, to));
  else if (who == "proxy")
    repeat(operation, n, zddm::proxy<table, table, zddm::lifecycle::local>(from, to, migration));
  else if (who == "shared")
    repeat(operation, n, zddm::proxy<table, table, zddm::lifecycle::shared>(from, to, migration));
  else if (who == "gated")
    repeat(operation, n, zddm::proxy<table, table, zddm::lifecycle::local, zddm::gate::dial>(from, to, migration));
  return EXIT_SUCCESS;
}
