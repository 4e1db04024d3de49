// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>

#include <zddm/postgres/address.hpp>
#include <zddm/postgres/fail.hpp>
#include <zddm/postgres/options.hpp>
#include <zddm/postgres/query.hpp>
#include <zddm/postgres/result.hpp>

namespace zddm::postgres {

/// What is lost if a call's answer is: nothing, or the knowledge whether it was applied.
enum class effect { none, write };

/// An open connection to a server that takes writes, for one thread at a time. Everything that fails throws `store_error`;
/// nothing waits for longer than the options say.
class connection {
  using clock = std::chrono::steady_clock;

public:
  /// Tries the hosts in their order, each for as long as the options say.
  connection(address const& at, options const& o) : where_(at.where()), patience_(o.call_timeout + std::chrono::seconds(1)) {
    std::string why;
    if (std::ranges::none_of(at.hosts(), [&](auto const& host) { return reach(at.text(), host, o.connect_timeout, why); }))
      fail("", false, where_, why);
    if (PQsetnonblocking(handle(), 1) != 0 || PQenterPipelineMode(handle()) != 1) lost(false);
    run(std::array{query(settings).integer(o.call_timeout.count())}, effect::none);
  }
  connection(connection const&) = delete;
  connection& operator=(connection const&) = delete;

  /// Runs all statements as one transaction, in one round trip; the answers in their order. What the server refuses was not
  /// applied; where it falls silent or away, only a call of `effect::none` is known not to be.
  std::vector<result> run(std::span<query const> batch, effect does) {
    auto const deadline = clock::now() + patience_;
    intact_ = false;
    for (auto const& q : batch)
      if (!q.send(handle())) lost(false);
    bool const write = does == effect::write;
    if (PQpipelineSync(handle()) != 1) lost(write);
    for (int left = PQflush(handle()); left != 0; left = PQflush(handle())) {
      if (left < 0 || !ready(POLLIN | POLLOUT, deadline) || PQconsumeInput(handle()) != 1) lost(write);
    }
    std::vector<result> answers;
    result refusal;
    for (bool ended = false;;) {
      result r = next(deadline, write, refusal);
      if (!r) {
        if (std::exchange(ended, true)) lost(write, refusal);
        continue;
      }
      ended = false;
      auto const status = r.status();
      if (status == PGRES_PIPELINE_SYNC) break;
      if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        answers.push_back(std::move(r));
      else if (status != PGRES_PIPELINE_ABORTED && !refusal) {
        if (r.diagnosis(PG_DIAG_SEVERITY_NONLOCALIZED) != "ERROR") lost(write, r);
        refusal = std::move(r);
      }
    }
    // A server that takes no writes any more does not serve; another host may.
    intact_ = refusal.diagnosis(PG_DIAG_SQLSTATE) != "25006";
    if (refusal) refused(refusal);
    return answers;
  }

  /// False once a call ended before all of its answers had come, or the server takes no writes: then it is of no more use.
  bool intact() const noexcept { return intact_; }

  /// Nothing came from the server since the last call: neither its farewell nor the end of the connection.
  bool quiet() const {
    pollfd at{PQsocket(handle()), POLLIN, 0};
    return at.fd >= 0 && ::poll(&at, 1, 0) == 0;
  }

private:
  struct closer {
    void operator()(PGconn* c) const { PQfinish(c); }
  };

  /// Of the session: as durable as commits are meant to be, each statement with a snapshot of its own, no wait without end,
  /// and a client that is cut off noticed within half a minute.
  static constexpr char const* settings =
      "SELECT set_config('statement_timeout', $1::text, false),"
      " set_config('default_transaction_isolation', 'read committed', false),"
      " set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false),"
      " set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
      " set_config('tcp_keepalives_count', '3', false)";

  PGconn* handle() const noexcept { return connection_.get(); }

  /// False, and why, if another host may serve in place of this one.
  bool reach(std::string const& text, address::host const& host, std::chrono::milliseconds patience, std::string& why) {
    auto const silent = std::to_string(patience.count());
    // Of one name the last value holds that is not empty.
    std::array<char const*, 9> const names{
        "fallback_application_name", "tcp_user_timeout",     "dbname", "host", "hostaddr", "port",
        "client_encoding",           "target_session_attrs", nullptr};
    std::array<char const*, 9> const values{
        "zddm", silent.c_str(), text.c_str(), host.name.c_str(), host.number.c_str(), host.port.c_str(),
        "UTF8", "read-write",   nullptr};
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
    if (!handle()) lost(false);
    PQsetErrorVerbosity(handle(), PQERRORS_SQLSTATE);
    PQsetNoticeProcessor(handle(), [](void*, char const*) {}, nullptr);
    auto const deadline = clock::now() + patience;
    auto const but = [&](std::string const& said) {
      why += (why.empty() ? "" : "; ") + said;
      return false;
    };
    for (auto asks = PGRES_POLLING_WRITING; asks != PGRES_POLLING_OK; asks = PQconnectPoll(handle())) {
      if (PQstatus(handle()) == CONNECTION_BAD || asks == PGRES_POLLING_FAILED) return but(refusal());
      if (!ready(asks == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) {
        auto const& name = host.name.empty() ? host.number : host.name;
        return but(name + (name.empty() ? "" : ": ") + "no answer in time");
      }
    }
    return true;
  }

  /// False: the deadline is over.
  bool ready(int events, clock::time_point deadline) const {
    for (pollfd at{PQsocket(handle()), static_cast<short>(events), 0}; at.fd >= 0;) { // else libpq knows what is wrong
      auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
      if (left <= 0) return false;
      // Woken by a signal or by the longest wait, it is as ready as before.
      if (::poll(&at, 1, static_cast<int>(std::min<long>(left, 1'000'000))) > 0) return true;
    }
    return true;
  }

  /// The next answer, none at the end of a statement.
  result next(clock::time_point deadline, bool write, result const& refusal) {
    while (PQisBusy(handle()) == 1)
      if (!ready(POLLIN, deadline) || PQconsumeInput(handle()) != 1) lost(write, refusal);
    return result(PQgetResult(handle()));
  }

  [[noreturn]] void refused(result const& r) const {
    fail(r.diagnosis(PG_DIAG_SQLSTATE), false, where_, r.diagnosis(PG_DIAG_MESSAGE_PRIMARY));
  }

  /// The connection is of no more use. A statement that was refused before that undid the transaction.
  [[noreturn]] void lost(bool unheard, result const& last = result()) const {
    if (last.diagnosis(PG_DIAG_SEVERITY_NONLOCALIZED) == "ERROR") refused(last);
    bool const gone = !handle() || PQstatus(handle()) == CONNECTION_BAD;
    auto const state = last.diagnosis(PG_DIAG_SQLSTATE);
    if (!state.empty()) fail(state, unheard, where_, last.diagnosis(PG_DIAG_MESSAGE_PRIMARY));
    fail("", unheard, where_, gone ? "the connection was cut" : "no answer in time");
  }

  /// Why the host serves nobody now; throws what it has against this user or this database.
  /// libpq gives no SQLSTATE of a connection that was refused, but ends its text with it where asked for nothing else.
  std::string refusal() const {
    std::string_view words(PQerrorMessage(handle()));
    while (!words.empty() && std::isspace(static_cast<unsigned char>(words.back())) != 0) words.remove_suffix(1);
    auto const last = words.size() < 5 ? std::string_view() : words.substr(words.size() - 5);
    bool const state = words.size() > 7 && words.substr(words.size() - 7, 2) == "  " &&
                       std::ranges::all_of(last, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    if (PQconnectionNeedsPassword(handle()) == 1) fail("28P01", false, where_, "it asks for a password, and none is given");
    if (state && !detail::unreachable(last)) fail(last, false, where_);
    return std::string(state ? last : words.substr(0, words.find('\n')));
  }

  std::string where_;
  clock::duration patience_;
  bool intact_ = true;
  std::unique_ptr<PGconn, closer> connection_;
};

} // namespace zddm::postgres
