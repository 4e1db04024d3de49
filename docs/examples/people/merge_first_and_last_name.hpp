// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <zddm/cli/environment.hpp>
#include <zddm/core/error.hpp>

#include "awesome_db.hpp"
#include "names.hpp"

/// The steps of the migration. Each may be run again from the start, should it be interrupted.
class merge_first_and_last_name {
public:
  static constexpr std::string_view name = "merge_first_and_last_name";
  static constexpr std::string_view from = "people.first_name, people.last_name";
  static constexpr std::string_view to = "people.name";

  explicit merge_first_and_last_name(std::filesystem::path const& file) : db_(file) {}
  explicit merge_first_and_last_name(zddm::cli::environment const& env)
      : merge_first_and_last_name(std::filesystem::path(env.get("PEOPLE_DB", "people.db"))) {}

  void prepare() { db_.add_field("name"); }

  /// Gives every person one name, also who has one: it may be out of date. Throws `zddm::unmappable` after the last person
  /// if some could not be given one.
  void migrate() {
    std::size_t refused = 0;
    std::string ids;
    for (auto const id : db_.all()) {
      db_.atomically([&] {
        auto const [first, last] = db_.read<2>(id, {"first_name", "last_name"});
        names const both{first, last};
        if (can_be_one_name(both)) return db_.write(id, "name", join(both));
        if (++refused <= 10) ids += ' ' + std::to_string(id);
      });
    }
    if (refused != 0)
      throw zddm::unmappable(std::to_string(refused) + " people have a first name of several words or a last name alone:" + ids +
                             (refused > 10 ? " and more" : "") + "; theirs are as they were. Correct them and migrate again");
  }

  void destroy() {
    db_.remove_field("first_name");
    db_.remove_field("last_name");
  }

private:
  awesome_db db_;
};
