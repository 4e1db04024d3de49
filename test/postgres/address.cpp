// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/address.hpp>

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

using zddm::postgres::address;

namespace {

/// A variable that is set for a while.
class variable {
public:
  variable(char const* name, char const* value) : name_(name) { ::setenv(name, value, 1); }
  variable(variable const&) = delete;
  ~variable() { ::unsetenv(name_); }

private:
  char const* name_;
};

std::string hosts(std::string const& text) {
  std::string all;
  address const a(text);
  for (auto const& h : a.hosts()) all += h.name + '|' + h.number + '|' + h.port + ' ';
  return all;
}

std::string refusal(std::string const& text) {
  try {
    address const a(text);
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::permanent);
    CHECK(e.code() == 156);
    return e.what();
  }
  return "";
}

} // namespace

TEST_CASE("postgres address: URLs and libpq's own form say where the database is") {
  CHECK(address("postgres://me@db.example:6000/life").where() == "db.example:6000/life");
  CHECK(address("postgresql://db.example/life?application_name=x").where() == "db.example:5432/life");
  CHECK(address("host=db.example port=6000 dbname=life").where() == "db.example:6000/life");
  CHECK(address("host=/run/pg user=me").where() == "/run/pg:5432/me");
  CHECK(address("hostaddr=127.0.0.1 dbname=life").where() == "127.0.0.1:5432/life");
  CHECK(address("postgres://a:1,b:2/life").where() == "a,b:1,2/life");
}

TEST_CASE("postgres address: its hosts are told one by one") {
  CHECK(hosts("postgres://a:1,b:2/life") == "a||1 b||2 ");
  CHECK(hosts("postgres://a,b/life") == "a||5432 b||5432 ");
  CHECK(hosts("postgres://a,b:2/life") == "a||5432 b||2 ");
  CHECK(hosts("host=a,b,c port=7") == "a|| b|| c|| ");
  CHECK(hosts("hostaddr=1.2.3.4,::1 port=1,2") == "|1.2.3.4|1 |::1|2 ");
  CHECK(hosts("host=a,b hostaddr=1.2.3.4,1.2.3.5") == "a|1.2.3.4| b|1.2.3.5| ");
  variable const host("PGHOST", "c,d"), port("PGPORT", "3,4");
  CHECK(hosts("dbname=life") == "c||3 d||4 ");
}

TEST_CASE("postgres address: where its hosts cannot be told apart, libpq is left the whole") {
  for (std::string const text : {"postgres://a/life", "dbname=life", "host=a,b port=1,2,3", "host=a,b hostaddr=1.2.3.4",
                                 "host=a,b hostaddr=1.2.3.4,", "host=a,,c", "host=,b", "service=x port=1,2"})
    CHECK(hosts(text) == "|| ");
}

TEST_CASE("postgres address: what is left out comes from the environment") {
  variable const host("PGHOST", "other.example"), database("PGDATABASE", "lives"), password("PGPASSWORD", "open sesame");
  address const a("postgres://");
  CHECK(a.where() == "other.example:5432/lives");
  CHECK_FALSE(a.secret());
}

TEST_CASE("postgres address: a password in it is noticed, and not shown") {
  for (std::string const text :
       {"postgres://me:sesame@db.example/life", "host=db.example password=sesame dbname=life",
        "postgres://me@db.example/life?password=sesame", "postgres://db.example/life?sslpassword=sesame"}) {
    address const a(text);
    CHECK(a.secret());
    CHECK(a.where() == "db.example:5432/life");
    CHECK(a.text() == text);
  }
  CHECK_FALSE(address("postgres://me@db.example/life?passfile=/etc/pass").secret());
}

TEST_CASE("postgres address: what is not understood is refused without a word of it") {
  for (std::string const text :
       {"postgres://me:open@sesame@db/life", "postgres://me:open/sesame@db/life", "postgres://me:5/sesame@db/life",
        "postgres://me@db/life?passwrod=sesame", "postgres://me:%zzsesame@db", "host=db password=open sesame",
        "host=db port=sesame", "sesame", "host='sesame", "postgres://[sesame/x"}) {
    CAPTURE(text);
    auto const said = refusal(text);
    CHECK(said.find("ZD-156") == 0);
    CHECK(said.find("sesame") == std::string::npos);
  }
}
