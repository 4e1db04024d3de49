// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include <zddm/core/error.hpp>

namespace zddm::postgres {

/// Where a PostgreSQL database is: a URL (`postgres://`, `postgresql://`) or libpq's `key=value` text. What it leaves out
/// libpq takes from `PGHOST`, `PGUSER`, `PGPASSWORD`, a passfile and the like.
class address {
public:
  /// One of several hosts, by libpq's `host`, `hostaddr` and `port`; what is empty stands in the text.
  struct host {
    std::string name, number, port;
  };

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
    auto named = look_all("host");
    if (named.empty()) named = look_all("hostaddr");
    auto database = look_all("dbname");
    if (database.empty()) database = look_all("user");
    where_ = (named.empty() ? "local socket" : named) + ":" + look_all("port") + "/" + database;
    // A service has hosts of its own, which libpq looks up.
    if (!look("service").empty()) return;
    auto ports = split(look_all("port"));
    if (ports.size() > 1) std::ranges::replace(ports, "", built_in(usual.get(), "port"));
    hosts_ = apart(split(look_all("host")), split(look_all("hostaddr")), std::move(ports));
  }
  address(char const* text) : address(std::string(text)) {}

  /// For libpq alone, since it may hold a password.
  std::string const& text() const noexcept { return text_; }
  /// For people: host, port and database.
  std::string const& where() const noexcept { return where_; }
  /// The hosts it names, to be tried one by one in their order; where libpq alone knows them, one that says nothing.
  std::vector<host> const& hosts() const noexcept { return hosts_; }
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
  static std::string built_in(PQconninfoOption const* all, std::string_view name) {
    for (auto const* o = all; o && o->keyword; ++o)
      if (o->keyword == name && o->compiled) return o->compiled;
    return {};
  }

  static std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts(1);
    for (char const c : list)
      if (c == ',')
        parts.emplace_back();
      else
        parts.back() += c;
    return parts;
  }

  /// One for each, where the lists go together and leave nothing out; else libpq is left the whole.
  static std::vector<host> apart(std::vector<std::string> names, std::vector<std::string> numbers,
                                 std::vector<std::string> ports) {
    std::vector<host> all(std::max(names.size(), numbers.size()));
    for (auto* list : {&names, &numbers, &ports}) {
      bool const for_all = list->size() == 1 && (list == &ports || list->front().empty());
      if (for_all) list->assign(all.size(), "");
      if (list->size() != all.size() || (!for_all && std::ranges::count(*list, "") != 0)) return {{}};
    }
    for (std::size_t i = 0; all.size() > 1 && i < all.size(); ++i) all[i] = {names[i], numbers[i], ports[i]};
    return all;
  }

  static bool misread(std::string const& part) { return part.find('@', 1) != std::string::npos; }

  std::string text_;
  std::string where_;
  std::vector<host> hosts_{{}};
  bool secret_ = false;
};

} // namespace zddm::postgres
