// SPDX-License-Identifier: BSL-1.0
// Pairs of functions, bare_X and proxied_X, that have to compile to the same instructions; and one pair that must not.
#include <cstdint>
#include <optional>

#include <zddm/lifecycle/fixed.hpp>
#include <zddm/proxy/proxy.hpp>

/// A store the compiler cannot look into.
struct table {
  using key_type = std::uint64_t;
  using value_type = std::uint64_t;
  struct reader {
    std::uint64_t& to;
    void operator()(std::uint64_t const& v) const { to = v; }
  };

  std::optional<std::uint64_t> get(std::uint64_t const& key);
  void put(std::uint64_t const& key, std::uint64_t const& value);
  void erase(std::uint64_t const& key);
  bool visit(std::uint64_t const& key, reader const& f);
  template <class F> bool visit(std::uint64_t const& key, F const& f) { return lend(key, &f); }
  bool lend(std::uint64_t const& key, void const* f);
};

/// What a proxy holds.
struct pair {
  table& old_store;
  table& new_store;
};

using zddm::lifecycle::fixed;
using zddm::lifecycle::state;
using unrun = zddm::proxy<table, table, fixed<state::unrun>>;
using completed = zddm::proxy<table, table, fixed<state::completed>>;

#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wreturn-type-c-linkage"
extern "C" {
std::optional<std::uint64_t> bare_unrun_read(pair& p, std::uint64_t const& k) { return p.old_store.get(k); }
std::optional<std::uint64_t> proxied_unrun_read(unrun& p, std::uint64_t const& k) { return p.read(k); }
void bare_unrun_write(pair& p, std::uint64_t const& k, std::uint64_t const& v) { p.old_store.put(k, v); }
void proxied_unrun_write(unrun& p, std::uint64_t const& k, std::uint64_t const& v) { p.write(k, v); }
void bare_unrun_erase(pair& p, std::uint64_t const& k) { p.old_store.erase(k); }
void proxied_unrun_erase(unrun& p, std::uint64_t const& k) { p.erase(k); }
bool bare_unrun_visit(pair& p, std::uint64_t const& k, table::reader const& f) { return p.old_store.visit(k, f); }
bool proxied_unrun_visit(unrun& p, std::uint64_t const& k, table::reader const& f) { return p.visit(k, f); }

std::optional<std::uint64_t> bare_completed_read(pair& p, std::uint64_t const& k) { return p.new_store.get(k); }
std::optional<std::uint64_t> proxied_completed_read(completed& p, std::uint64_t const& k) { return p.read(k); }
void bare_completed_write(pair& p, std::uint64_t const& k, std::uint64_t const& v) { p.new_store.put(k, v); }
void proxied_completed_write(completed& p, std::uint64_t const& k, std::uint64_t const& v) { p.write(k, v); }
bool bare_completed_visit(pair& p, std::uint64_t const& k, table::reader const& f) { return p.new_store.visit(k, f); }
bool proxied_completed_visit(completed& p, std::uint64_t const& k, table::reader const& f) { return p.visit(k, f); }
void bare_completed_erase(pair& p, std::uint64_t const& k) { p.new_store.erase(k); }
void proxied_completed_erase(completed& p, std::uint64_t const& k) { p.erase(k); }

void bare_other_write(pair& p, std::uint64_t const& k, std::uint64_t const& v) { p.old_store.put(k, v); }
void proxied_other_write(completed& p, std::uint64_t const& k, std::uint64_t const& v) { p.write(k, v); }
}
