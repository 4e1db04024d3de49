// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "package.hpp"

/// The names a run is about, in an order that every process knows: those of the index, then some that are new.
using universe = std::vector<std::string>;

/// What one operation did, as its caller saw it. Times are nanoseconds of the clock all processes of the machine share.
struct observed {
  enum operation : std::uint8_t { reads, writes, erases, updates };
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

/// One thread's record of what it did, in a file. What was added is there even if the process is killed in the next instant.
class journal {
public:
  explicit journal(std::filesystem::path const& file)
      : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (file_ < 0) throw std::runtime_error("cannot write " + file.string());
  }
  journal(journal&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  journal& operator=(journal&&) = delete;
  ~journal() {
    if (file_ >= 0) ::close(file_);
  }

  /// To be called before a change is made: should the process not live to add its end, it counts as failed.
  void begin(observed o) {
    o.returned = under_way;
    o.failed = true;
    add(o);
  }
  void add(observed const& o) {
    if (::write(file_, &o, sizeof o) != sizeof o) throw std::runtime_error("cannot write the record of what was done");
  }

  static void append_from(std::filesystem::path const& file, std::vector<observed>& to) {
    std::unique_ptr<std::FILE, closer> in(std::fopen(file.c_str(), "rb"));
    if (!in) throw std::runtime_error("cannot read " + file.string());
    bool open = false;
    for (observed o{}; std::fread(&o, sizeof o, 1, in.get()) == 1; open = o.returned == under_way) {
      if (open) to.pop_back();
      to.push_back(o);
    }
  }

private:
  static constexpr std::uint64_t under_way = ~std::uint64_t{0};
  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  int file_;
};
