// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/write_whole.hpp>

#include <iterator>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>

namespace {

int code_of(std::filesystem::path const& path) {
  try {
    zddm::cli::write_whole(path, "text");
  } catch (zddm::cli::failure const& e) {
    return e.code();
  }
  return 0;
}

} // namespace

TEST_CASE("write whole: the file is there, whatever was there before, and nothing else") {
  test::scratch const folder;
  auto const file = folder / "page.html";
  zddm::cli::write_whole(file, "a longer one");
  zddm::cli::write_whole(file, "short");
  CHECK(test::read_file(file) == "short");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
}

TEST_CASE("write whole: what cannot be written leaves nothing behind") {
  test::scratch const folder;
  CHECK(code_of(folder / "missing/page.html") == 417);
  std::filesystem::create_directories(folder / "taken/inside");
  CHECK(code_of(folder / "taken") == 417);
  CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
}
