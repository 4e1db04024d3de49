// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/file_mapping.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "tools/resident.hpp"
#include "tools/scratch.hpp"

namespace {
constexpr std::size_t size = 4 << 20;

struct map {
  char* bytes;

  map(std::string const& file, int flags) {
    int const fd = ::open(file.c_str(), O_RDWR);
    REQUIRE(fd >= 0);
    void* const at = ::mmap(nullptr, size, PROT_READ | (flags == MAP_PRIVATE ? PROT_WRITE : 0), flags, fd, 0);
    ::close(fd);
    REQUIRE(at != MAP_FAILED);
    bytes = static_cast<char*>(at);
  }
  map(map const&) = delete;
  map& operator=(map const&) = delete;
  ~map() { ::munmap(bytes, size); }

  std::size_t touched() const {
    std::size_t n = 0;
    for (std::size_t i = 0; i < size; i += 512) n += bytes[i] == 'x';
    return n;
  }
};
} // namespace

TEST_CASE("file mapping: the pages of the file are given back, and read as before when they are touched again") {
  test::scratch const folder;
  std::string const file = folder / "a file";
  std::ofstream(file) << std::string(size, 'x');
  map const m(file, MAP_SHARED);
  CHECK(m.touched() == size / 512);
  CHECK(test::resident(file) == size);
  zddm::lmdb::file_mapping const mapping(file);
  mapping.give_back();
  CHECK(test::resident(file) == 0);
  CHECK(m.touched() == size / 512);
  CHECK(test::resident(file) == size);
}

TEST_CASE("file mapping: what is not written to the file is never given back") {
  test::scratch const folder;
  std::string const file = folder / "file";
  std::ofstream(file) << std::string(size, 'x');
  map const m(file, MAP_PRIVATE);
  m.bytes[0] = 'y';
  zddm::lmdb::file_mapping(file).give_back();
  CHECK(m.bytes[0] == 'y');
}

TEST_CASE("file mapping: another file, and one that is not mapped, are left alone") {
  test::scratch const folder;
  std::string const file = folder / "file", other = folder / "other file";
  for (auto const& one : {file, other}) std::ofstream(one) << std::string(size, 'x');
  map const m(other, MAP_SHARED);
  CHECK(m.touched() == size / 512);
  zddm::lmdb::file_mapping(file).give_back();
  zddm::lmdb::file_mapping(folder / "nothing").give_back();
  CHECK(test::resident(other) == size);
}
