// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <libpq-fe.h>

#include <zddm/core/error.hpp>

namespace zddm::postgres {

/// Where a PostgreSQL database is: a URL (`postgres://`, `postgresql://`) or libpq's `key=value` text. What it leaves out
/// libpq takes from `PGHOST`, `PGUSER`, `PGPASSWORD`, a passfile and the like.
class address {
public:
  /// Throws `store_error` (permanent) for a text that libpq does not understand; the text is not repeated, since a part of
  /// it may be a password.
  address(std::string text) : text_(std::move(text)) {
    pointer const given(PQconninfoParse(text_.c_str(), nullptr));
    pointer const usual(PQconndefaults());
    auto const look = [&](std::string_view name) { return value(given.get(), name); };
    auto const look_all = [&](std::string_view name) {
      auto const found = look(name);
      return found.empty() ? value(usual.get(), name) : found;
    };
    // An unencoded '@' or '/' in a password leads libpq to take the rest of it for a host, a port or a database.
    if (!given || misread(look("host")) || misread(look("dbname")) ||
        look("port").find_first_not_of("0123456789,") != std::string::npos)
      throw store_error(error_class::permanent,
                        "the address of a PostgreSQL server is not understood; nothing was done. Write "
                        "postgres://USER@HOST:PORT/DATABASE, with what is special in it percent-encoded",
                        156);
    secret_ = !look("password").empty() || !look("sslpassword").empty();
    auto host = look_all("host");
    if (host.empty()) host = look_all("hostaddr");
    auto database = look_all("dbname");
    if (database.empty()) database = look_all("user");
    where_ = (host.empty() ? "local socket" : host) + ":" + look_all("port") + "/" + database;
    hosts_ = 1 + static_cast<int>(std::ranges::count(host, ','));
  }
  address(char const* text) : address(std::string(text)) {}

  /// For libpq alone, since it may hold a password.
  std::string const& text() const noexcept { return text_; }
  /// For people: host, port and database.
  std::string const& where() const noexcept { return where_; }
  /// How many hosts it names.
  int hosts() const noexcept { return hosts_; }
  /// A password stands in it.
  bool secret() const noexcept { return secret_; }

private:
  struct releaser {
    void operator()(PQconninfoOption* o) const { PQconninfoFree(o); }
  };
  using pointer = std::unique_ptr<PQconninfoOption, releaser>;

  static std::string value(PQconninfoOption const* all, std::string_view name) {
    for (auto const* o = all; o && o->keyword; ++o)
      if (o->keyword == name && o->val) return o->val;
    return {};
  }
  static bool misread(std::string const& part) { return part.find('@', 1) != std::string::npos; }

  std::string text_;
  std::string where_;
  int hosts_ = 1;
  bool secret_ = false;
};

} // namespace zddm::postgres
