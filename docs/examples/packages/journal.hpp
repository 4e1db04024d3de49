// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <time.h>

#include "package.hpp"

/// The names a run is about, in an order that every process knows: those of the index, then some that are new.
using universe = std::vector<std::string>;

/// What one operation did, as its caller saw it. Times are nanoseconds of the clock all processes of the machine share.
struct observed {
  enum operation : std::uint8_t { read, write, erase, update };
  static constexpr std::int64_t absent = -1;

  std::uint64_t called;
  std::uint64_t returned;
  std::int64_t revision; ///< read or written; of an update, the count it left
  std::uint32_t name;    ///< in the universe
  operation what;
  bool failed;
};

inline std::uint64_t now() {
  ::timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

/// Every eighth package is only ever counted up; the others are written and erased as wholes.
inline bool counted(std::uint32_t name) { return name % 8 == 0; }

/// What the service writes: all fields follow from the package and the revision, so that any field can be checked.
inline package revised(package p, std::int64_t revision) {
  p.version += "+r" + std::to_string(revision);
  p.maintainer.name += " (" + std::to_string(revision % 97) + ")";
  p.depends.push_back("revision-" + std::to_string(revision));
  p.installed_size += revision % 1000;
  p.revision = revision;
  return p;
}

/// One thread's record of what it did, in a file.
class journal {
public:
  explicit journal(std::filesystem::path const& file) : out_(std::fopen(file.c_str(), "ab")) {
    if (!out_) throw std::runtime_error("cannot write " + file.string());
  }
  void add(observed const& o) {
    if (std::fwrite(&o, sizeof o, 1, out_.get()) != 1) throw std::runtime_error("cannot write the record of what was done");
  }

  static void append_from(std::filesystem::path const& file, std::vector<observed>& to) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "rb"), &std::fclose);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    for (observed o{}; std::fread(&o, sizeof o, 1, in.get()) == 1;) to.push_back(o);
  }

private:
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, closer> out_;
};
