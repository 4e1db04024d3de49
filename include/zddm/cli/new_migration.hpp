// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/console.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/cli/write_whole.hpp>

namespace zddm::cli {

namespace detail {

inline bool is_identifier(std::string_view name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) && name.find("__") == std::string_view::npos && name[0] != '_' &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

inline std::string timestamp() {
  std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%d%H%M%S", &parts);
  return text.data();
}

inline std::string migration_text(std::string_view name) {
  return fmt::format(R"(#pragma once

#include <string_view>

namespace migrations {{

struct {0} {{
  static constexpr std::string_view name = "{0}";

  // Each step may be run again, should it be interrupted.

  // Makes the space for the new data.
  void prepare() {{}}

  // Copies what is there; new data is written to both places by the application meanwhile. To move data between two stores
  // instead, give old_store() and new_store() and leave migrate() out: zd copies, compares and repairs then.
  void migrate() {{}}

  // Removes the old data.
  void destroy() {{}}
}};

}} // namespace migrations
)",
                     name);
}

/// File names by the name of the migration; files that are named otherwise are not looked at.
inline std::map<std::string, std::string> migrations_in(std::filesystem::path const& folder) {
  std::map<std::string, std::string> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    auto const file = entry.path().filename().string();
    if (file.size() <= 19 || !file.ends_with(".hpp") || file[14] != '_') continue;
    if (!std::ranges::all_of(file.substr(0, 14), [](char c) { return c >= '0' && c <= '9'; })) continue;
    auto const name = file.substr(15, file.size() - 19);
    if (is_identifier(name)) files.emplace(name, file);
  }
  return files;
}

inline std::string registry_text(std::map<std::string, std::string> const& files) {
  std::map<std::string, std::string> by_time;
  for (auto const& [name, file] : files) by_time.emplace(file, name);
  std::string text = "// Made by `zd new`, which lists every migration of this folder. Do not edit.\n#pragma once\n\n"
                     "#include <zddm/cli/run.hpp>\n\n";
  std::string names;
  for (auto const& [file, name] : by_time) {
    text += fmt::format("#include \"{}\"\n", file);
    names += (names.empty() ? "" : ", ") + name;
  }
  return text + fmt::format("\nnamespace migrations {{\nusing all = zddm::cli::list<{}>;\n}}\n", names);
}

} // namespace detail

/// Writes `FOLDER/YYYYMMDDHHMMSS_NAME.hpp`, a migration that compiles, and lists it in `FOLDER/all.hpp`.
inline void new_migration(console& out, options const& o) {
  auto const name = o.name.value_or("");
  if (!detail::is_identifier(name))
    throw failure(416, exit_code::usage, fmt::format("'{}' cannot name a migration", name),
                  {{"a name has letters, digits and single underscores, and starts with a letter", "zd new merge_names"}});
  std::filesystem::path const folder = o.folder;
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (!std::filesystem::is_directory(folder))
    throw failure(417, exit_code::failed, fmt::format("cannot make the folder {}", folder.string()), {{problem.message(), ""}});
  auto files = detail::migrations_in(folder);
  if (auto const there = files.find(name); there != files.end())
    throw failure(416, exit_code::usage, fmt::format("there is a migration {} already", name),
                  {{(folder / there->second).string(), ""}});
  auto const file = detail::timestamp() + "_" + name + ".hpp";
  if (!o.dry_run) {
    write_whole(folder / file, detail::migration_text(name));
    files.emplace(name, file);
    write_whole(folder / "all.hpp", detail::registry_text(files));
  }
  out.event("new", {{"migration", name}, {"file", (folder / file).string()}});
  out.line((folder / file).string());
  out.say(fmt::format("listed in {}; next: fill it in, build, zd prepare {}", (folder / "all.hpp").string(), name));
}

} // namespace zddm::cli
