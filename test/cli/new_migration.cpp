// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/new_migration.hpp>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>

using namespace zddm::cli;

namespace {

struct bench {
  test::scratch folder;
  std::istringstream in;
  std::ostringstream data, talk;
  console out{{in, data, talk}, {}};
  options asked;

  explicit bench(std::string name) {
    asked.name = std::move(name);
    asked.folder = folder / "migrations";
  }
  std::string made() const { return data.str().substr(0, data.str().find('\n')); }
  int code() {
    try {
      new_migration(out, asked);
    } catch (failure const& e) {
      return e.code();
    }
    return 0;
  }
};

} // namespace

TEST_CASE("new_migration: a header with a time stamp, and a list of all") {
  bench b("merge_names");
  REQUIRE(b.code() == 0);
  auto const file = std::filesystem::path(b.made()).filename().string();
  CHECK(file.size() == 14 + std::string("_merge_names.hpp").size());
  CHECK(file.ends_with("_merge_names.hpp"));
  CHECK(test::read_file(b.made()).find("struct merge_names {") != std::string::npos);
  auto const list = test::read_file(b.asked.folder + "/all.hpp");
  CHECK(list.find("#include \"" + file + "\"") != std::string::npos);
  CHECK(list.find("zddm::cli::list<merge_names>") != std::string::npos);
}

TEST_CASE("new_migration: the next one joins the list, in the order of time, and other files stay out of it") {
  bench b("merge_names");
  REQUIRE(b.code() == 0);
  test::write_file(b.asked.folder + "/20200101000000_first.hpp", "");
  test::write_file(b.asked.folder + "/helper.hpp", "");
  test::write_file(b.asked.folder + "/20200101000000_bad-name.hpp", "");
  b.asked.name = "split_orders";
  REQUIRE(b.code() == 0);
  auto const list = test::read_file(b.asked.folder + "/all.hpp");
  CHECK(list.find("list<first, ") != std::string::npos);
  CHECK(list.find("merge_names") != std::string::npos);
  CHECK(list.find("split_orders") != std::string::npos);
  CHECK(list.find("helper") == std::string::npos);
  CHECK(list.find("bad-name") == std::string::npos);
}

TEST_CASE("new_migration: a name that is taken or is no name is refused") {
  bench b("merge_names");
  REQUIRE(b.code() == 0);
  CHECK(b.code() == 416);
  for (auto const* name : {"", "merge-names", "1st", "a b", "_x", "a__b", "../evil", "n\xc3\xa4me"}) {
    b.asked.name = name;
    CHECK(b.code() == 416);
  }
}

TEST_CASE("new_migration: a folder that cannot be made is told") {
  bench b("merge_names");
  test::write_file(b.folder / "file", "");
  b.asked.folder = b.folder / "file/migrations";
  CHECK(b.code() == 417);
}

TEST_CASE("new_migration: a dry run writes nothing") {
  bench b("merge_names");
  b.asked.dry_run = true;
  REQUIRE(b.code() == 0);
  CHECK(std::filesystem::is_empty(b.asked.folder));
}

TEST_CASE("new_migration: what it writes compiles at once") {
  bench b("merge_names");
  REQUIRE(b.code() == 0);
  b.asked.name = "split_orders";
  REQUIRE(b.code() == 0);
  // The list itself brings in the whole command line; its names are checked with a stand-in for that.
  auto list = test::read_file(b.asked.folder + "/all.hpp");
  std::string const include = "#include <zddm/cli/run.hpp>";
  REQUIRE(list.find(include) != std::string::npos);
  list.replace(list.find(include), include.size(),
               "#include <zddm/lifecycle/migration.hpp>\n"
               "namespace zddm::cli { template <lifecycle::stepwise_migration... Ms> struct list {}; }");
  test::write_file(b.asked.folder + "/all.hpp", list);
  test::write_file(b.asked.folder + "/check.cpp", "#include \"all.hpp\"\nint main() { migrations::all all; (void)all; }\n");
  auto const* const root = std::getenv("ZDDM_SOURCE_DIR");
  auto const* const compiler = std::getenv("CXX");
  auto const command = std::string(compiler ? compiler : "c++") + " -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I" +
                       (root ? root : ".") + "/include " + b.asked.folder + "/check.cpp";
  CHECK_MESSAGE(std::system(command.c_str()) == 0, command);
}
