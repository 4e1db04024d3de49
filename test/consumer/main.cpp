// SPDX-License-Identifier: BSL-1.0
// A program of somebody else: uses the headers of every component and what they bring along, and nothing of this tree.
#include <zddm/core/error.hpp>
#include <zddm/core/intent_bytes.hpp>
#include <zddm/core/version.hpp>

#include <boost/hana/tuple.hpp>
#include <xxhash.h>

#ifdef WITH_COMPONENTS
#include <CLI/CLI.hpp>
#include <boost/context/fiber.hpp>
#include <fmt/core.h>
#include <libpq-fe.h>
#include <lmdb.h>
#include <nlohmann/json.hpp>
#include <prometheus/registry.h>
#include <range/v3/view/chunk.hpp>
#include <sqlite3.h>
#endif

#include <cstdio>
#include <thread>

int main() {
  bool fine = XXH3_64bits("", 0) == 0x2d06800538d394c2 && zddm::intent_record_from(zddm::to_bytes({})) == zddm::intent_record{};
  std::thread([&] { fine = fine && zddm::unmappable("x").code() == 102; }).join();
#ifdef WITH_COMPONENTS
  CLI::App app;
  prometheus::Registry registry;
  fine = fine && registry.Collect().empty();
  bool switched = false;
  boost::context::fiber([&](boost::context::fiber&& back) {
    switched = true;
    return std::move(back);
  }).resume();
  fine = fine && switched && sqlite3_libversion_number() > 3000000 && PQlibVersion() > 100000 &&
         mdb_version(nullptr, nullptr, nullptr) != nullptr &&
         fmt::format("{}", nlohmann::json{{"schema", 1}}.dump()) == R"({"schema":1})";
#endif
  std::printf("zddm %s: %s\n", ZDDM_VERSION, fine ? "found and linked" : "broken");
  return fine ? 0 : 1;
}
