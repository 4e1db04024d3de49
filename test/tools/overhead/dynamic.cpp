// SPDX-License-Identifier: BSL-1.0
// dynamic WHAT N makes N read hits: on a bare store, or through a proxy whose state may change while it runs.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <zddm/lifecycle/fixed.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/proxy/proxy.hpp>

namespace {

/// The cheapest store there is, so that nothing hides what is around it.
struct table {
  using key_type = std::uint64_t;
  using value_type = std::uint64_t;
  std::array<std::uint64_t, 64> values{};

  std::optional<std::uint64_t> get(std::uint64_t key) const { return values[key % 64]; }
  void put(std::uint64_t key, std::uint64_t value) { values[key % 64] = value; }
  void erase(std::uint64_t) {}

  zddm::sighting<std::uint64_t> look(std::uint64_t key) const {
    return {zddm::knowledge::present, values[key % 64], 1, false, 0};
  }
  std::optional<zddm::intent> begin(std::uint64_t, zddm::intent_id id) { return zddm::intent{id, 1, true}; }
  bool end(std::uint64_t, zddm::intent const&, std::optional<std::uint64_t> const&) { return true; }
  void release(std::uint64_t, zddm::intent const&) {}
  template <class F>
  std::optional<std::pair<zddm::intent, std::optional<std::uint64_t>>> mark(std::uint64_t key, F&& f, zddm::intent_id id) {
    return std::pair{zddm::intent{id, 1, true}, std::optional<std::uint64_t>(f(std::optional<std::uint64_t>(values[key % 64])))};
  }
  void assign(std::uint64_t, std::optional<std::uint64_t> const&) {}
  bool fill(std::uint64_t, std::optional<std::uint64_t> const&, std::uint64_t) { return false; }
  std::size_t fill_many(std::span<zddm::entry<std::uint64_t, std::uint64_t> const>, std::uint64_t) { return 0; }
  std::uint64_t fence(std::uint64_t) { return 0; }
  std::uint64_t sequence() { return 0; }
  template <class Sink> std::size_t records(std::optional<std::uint64_t> const&, std::size_t, Sink&&) { return 0; }
  void clear() {}
  void create_records() {}
  void drop_records() {}
};

std::uint64_t volatile sink;

template <class Read> [[gnu::noinline]] void repeat(std::uint64_t n, Read const& read) {
  for (std::uint64_t i = 0; i < n; ++i) sink = *read(i);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) return EXIT_FAILURE;
  std::string_view const what = argv[1];
  auto const n = std::strtoull(argv[2], nullptr, 10);
  using zddm::lifecycle::row;
  table from, to;
  zddm::lifecycle::settings settings;
  settings.high_water = settings.announced = zddm::threshold::open();
  settings.at = what == "unrun"      ? row::unrun
                : what == "prepared" ? row::prepared
                : what == "switched" ? row::switched
                                     : row::completed;
  zddm::lifecycle::handle migration("m", settings);
  if (what == "bare")
    repeat(n, [&](std::uint64_t k) { return from.get(k); });
  else if (what == "fixed") {
    zddm::proxy<table, table> p(from, to);
    repeat(n, [&](std::uint64_t k) { return p.read(k); });
  } else {
    zddm::proxy<table, table, zddm::lifecycle::local> p(from, to, migration);
    repeat(n, [&](std::uint64_t k) { return p.read(k); });
  }
  return EXIT_SUCCESS;
}
