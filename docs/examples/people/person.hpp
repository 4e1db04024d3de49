// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <zddm/lifecycle/blocks.hpp>

#include "awesome_db.hpp"
#include "names.hpp"

/// A person whose first and last name become one name while the application runs. Every member keeps its contract in every
/// state of the migration: what was set is what is read, and the name is the first and the last name.
class person {
public:
  person(awesome_db& db, std::int64_t id, zddm::lifecycle::handle& merge) : db_(db), id_(id), merge_(merge) {}

  std::string first_name() const {
    return zddm::handle(merge_, zddm::until_switched([&] { return read("first_name"); }),
                        zddm::once_switched([&] { return split(name()).first; }));
  }

  std::string last_name() const {
    return zddm::handle(merge_, zddm::until_switched([&] { return read("last_name"); }),
                        zddm::once_switched([&] { return split(name()).last; }));
  }

  std::string name() const {
    return zddm::handle(merge_, zddm::until_switched([&] {
                          auto const [first, last] = db_.read<2>(id_, {"first_name", "last_name"});
                          return join({first, last});
                        }),
                        zddm::once_switched([&] { return read("name"); }));
  }

  void set_first_name(std::string_view value) {
    change([&] {
      auto const name = one_name({std::string(value), last_name()});
      zddm::handle(merge_, zddm::once_prepared([&] { write("name", name); }),
                   zddm::until_completed([&] { write("first_name", value); }));
    });
  }

  void set_last_name(std::string_view value) {
    change([&] {
      auto const name = one_name({first_name(), std::string(value)});
      zddm::handle(merge_, zddm::once_prepared([&] { write("name", name); }),
                   zddm::until_completed([&] { write("last_name", value); }));
    });
  }

  void set_name(std::string_view value) {
    change([&] {
      auto const both = split(value);
      zddm::handle(merge_, zddm::once_prepared([&] { write("name", join(both)); }), zddm::until_completed([&] {
                     write("first_name", both.first);
                     write("last_name", both.last);
                   }));
    });
  }

private:
  /// One atomic step under one row, committed before the next row can settle.
  template <class Change> void change(Change&& all) {
    zddm::handle(merge_, zddm::always([&] { db_.atomically(all); }));
  }
  std::string read(std::string_view field) const { return db_.read<1>(id_, {field})[0]; }
  void write(std::string_view field, std::string_view value) { db_.write(id_, field, value); }

  awesome_db& db_;
  std::int64_t id_;
  zddm::lifecycle::handle& merge_;
};
