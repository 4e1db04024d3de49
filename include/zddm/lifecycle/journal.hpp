// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/state_store.hpp>

/// The keys written while New was in quarantine, at `m/NAME/journal/HEX`: their values in New cannot be trusted.
namespace zddm::lifecycle::journal {

/// A noted key, and the revision a removal expects.
struct noted {
  std::string key;
  std::string path;
  std::uint64_t revision = 0;
};

/// Returns once the key is durably noted.
template <state_store Store> void note(Store& store, std::string_view name, std::string_view key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string tail = "journal/";
  for (char const c : key) {
    tail += digits[static_cast<unsigned char>(c) >> 4];
    tail += digits[static_cast<unsigned char>(c) & 15];
  }
  auto const path = entry::path(name, tail);
  if (store.read(path)) return;
  std::array<change, 1> const entry{{{path, any_revision, std::string(key)}}};
  store.commit(entry);
}

template <state_store Store> std::vector<noted> all(Store& store, std::string_view name) {
  std::vector<noted> keys;
  for (auto const& found : store.list(entry::path(name, "journal/"))) keys.push_back({found.value, found.path, found.revision});
  return keys;
}

/// To be called once the key is unknown in New, and only while nobody notes keys.
template <state_store Store> void forget(Store& store, noted const& one) {
  std::array<change, 1> const removal{{{one.path, one.revision, {}}}};
  store.commit(removal);
}

} // namespace zddm::lifecycle::journal
