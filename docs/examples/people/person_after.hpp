// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "awesome_db.hpp"
#include "names.hpp"

namespace after {

/// A person with one name.
class person {
public:
  person(awesome_db& db, std::int64_t id) : db_(db), id_(id) {}

  std::string first_name() const { return split(name()).first; }
  std::string last_name() const { return split(name()).last; }
  std::string name() const { return db_.read<1>(id_, {"name"})[0]; }

  void set_first_name(std::string_view value) {
    db_.atomically([&] { write(one_name({std::string(value), last_name()})); });
  }
  void set_last_name(std::string_view value) {
    db_.atomically([&] { write(one_name({first_name(), std::string(value)})); });
  }
  void set_name(std::string_view value) { write(join(split(value))); }

private:
  void write(std::string_view name) { db_.write(id_, "name", name); }

  awesome_db& db_;
  std::int64_t id_;
};

} // namespace after
