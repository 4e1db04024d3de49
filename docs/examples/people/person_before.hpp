// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "awesome_db.hpp"
#include "names.hpp"

namespace before {

/// A person with a first name and a last name.
class person {
public:
  person(awesome_db& db, std::int64_t id) : db_(db), id_(id) {}

  std::string first_name() const { return read().first; }
  std::string last_name() const { return read().last; }
  std::string name() const { return join(read()); }

  void set_first_name(std::string_view value) { write("first_name", value); }
  void set_last_name(std::string_view value) { write("last_name", value); }
  void set_name(std::string_view value) {
    db_.atomically([&] {
      auto const [first, last] = split(value);
      write("first_name", first);
      write("last_name", last);
    });
  }

private:
  names read() const {
    auto const [first, last] = db_.read<2>(id_, {"first_name", "last_name"});
    return {first, last};
  }
  void write(std::string_view field, std::string_view value) { db_.write(id_, field, value); }

  awesome_db& db_;
  std::int64_t id_;
};

} // namespace before
