// SPDX-License-Identifier: BSL-1.0
// expect: Old lacks a capability that the consistency policy needs
// expect: journaling_store
// expect: journaled_without_marks.cpp:20:
#include <string>

#include <zddm/consistency/journaled.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/proxy/proxy.hpp>

struct plain {
  using key_type = std::string;
  using value_type = int;
  std::optional<int> get(std::string const&) { return {}; }
  void put(std::string const&, int) {}
  void erase(std::string const&) {}
};

zddm::proxy<plain, plain, zddm::lifecycle::local, zddm::consistency::journaled<zddm::consistency::key_locked>>* p;
