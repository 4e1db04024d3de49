// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <libpq-fe.h>

namespace zddm::postgres {

/// What one statement answered, in binary form. Rows and columns count from 0.
class result {
public:
  explicit result(PGresult* r = nullptr) : result_(r) {}
  explicit operator bool() const noexcept { return result_ != nullptr; }

  ExecStatusType status() const { return PQresultStatus(result_.get()); }
  /// A part of an error, such as `PG_DIAG_SQLSTATE`; empty where it is missing.
  std::string_view diagnosis(int field) const {
    char const* const text = result_ ? PQresultErrorField(result_.get(), field) : nullptr;
    return text ? text : "";
  }

  int rows() const { return PQntuples(result_.get()); }
  bool null(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 1; }
  /// Of bytea, text and the like; lasts as long as the result.
  std::string_view bytes(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  /// Of bool (0 or 1), int2, int4 and int8; 0 where there is none.
  std::int64_t integer(int row, int column) const {
    auto const raw = bytes(row, column);
    std::uint64_t bits = !raw.empty() && (raw[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (char const c : raw) bits = bits << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(bits);
  }

private:
  struct releaser {
    void operator()(PGresult* r) const { PQclear(r); }
  };
  std::unique_ptr<PGresult, releaser> result_;
};

} // namespace zddm::postgres
