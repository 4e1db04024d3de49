// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace zddm::postgres {

/// One SQL statement with the values of its parameters `$1`, `$2`, … in their order. A value is never a part of the text.
class query {
public:
  /// `sql` must outlive the query.
  explicit query(char const* sql) : sql_(sql) {}

  /// Any bytes, for a parameter of type bytea.
  query& bytes(std::string_view value) { return add(std::string(value), bytea, 1); }
  query& integer(std::int64_t value) { return add(std::to_string(value), 0, 0); }
  query& text(std::string value) { return add(std::move(value), 0, 0); }
  query& null() { return add(std::nullopt, 0, 0); }

  /// Optional integers, for a parameter of type int8[].
  template <std::ranges::input_range R> query& integers(R const& values) {
    return array(values, [](std::int64_t value) { return std::to_string(value); });
  }
  /// Names without anything special in them, for a parameter of type text[].
  template <std::ranges::input_range R> query& names(R const& values) {
    return array(values, [](std::string_view value) { return std::string(value); });
  }
  /// Optional bytes, for a parameter of type bytea[].
  template <std::ranges::input_range R> query& all_bytes(R const& values) {
    return array(values, [](std::string_view value) {
      static constexpr char const* digits = "0123456789abcdef";
      std::string hex = R"("\\x)";
      for (char const c : value) {
        auto const byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
      }
      return hex + '"';
    });
  }

  /// Adds it to what the connection sends; false if that fails.
  bool send(PGconn* connection) const {
    std::vector<char const*> values;
    std::vector<int> lengths;
    for (auto const& value : values_) {
      values.push_back(value ? value->data() : nullptr);
      lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    return PQsendQueryParams(connection, sql_, static_cast<int>(values.size()), types_.data(), values.data(), lengths.data(),
                             formats_.data(), 1) == 1;
  }

private:
  static constexpr Oid bytea = 17;

  query& add(std::optional<std::string> value, Oid type, int format) {
    values_.push_back(std::move(value));
    types_.push_back(type);
    formats_.push_back(format);
    return *this;
  }

  template <class R, class F> query& array(R const& values, F element) {
    std::string list;
    for (auto const& value : values) {
      if (!list.empty()) list += ',';
      if constexpr (requires { value.has_value(); })
        list += value ? element(*value) : std::string("NULL");
      else
        list += element(value);
    }
    return text('{' + list + '}');
  }

  char const* sql_;
  std::vector<std::optional<std::string>> values_;
  std::vector<Oid> types_;
  std::vector<int> formats_;
};

} // namespace zddm::postgres
