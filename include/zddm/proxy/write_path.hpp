// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/text.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/proxy/operation.hpp>

namespace zddm::detail {

/// One write of a proxy, from the plan to what the caller is told: begun again where the row has to become another first or New
/// is to be shut out, and ended by a quarantine where New did not follow.
template <class Proxy> class write_path {
  using key_type = typename Proxy::key_type;
  using value_type = typename Proxy::value_type;
  using input_type = typename Proxy::input_type;
  using shape = typename Proxy::shape;
  using operation_type = operation<Proxy>;

public:
  write_path(Proxy& p, key_type const& key, event::operation what) : p_(p), key_(key), what_(what) {}

  /// Null erases.
  write_outcome apply(input_type const* input) {
    return begin(input, [&](operation_type& op) -> write_outcome {
      switch (op.plan().write) {
      case lifecycle::writes::old_only:
        if constexpr (shape::every_write)
          p_.consistency_.write(op);
        else
          op.old_apply();
        return {reached::applied, op.plan().journaled ? reached::journaled : reached::not_asked};
      case lifecycle::writes::refused: p_.refuse();
      case lifecycle::writes::new_only:
        if constexpr (shape::is_fixed) {
          op.new_apply();
          return {reached::not_asked, reached::applied};
        } else {
          p_.lifecycle_.migration().warn_completed();
          return p_.consistency_.write_new_only(op);
        }
      default: break;
      }
      if constexpr (!shape::is_fixed) return p_.consistency_.write(op);
      p_.refuse();
    });
  }

  template <class F> std::optional<value_type> update(F& f) {
    return begin(nullptr, [&](operation_type& op) -> std::optional<value_type> {
      switch (op.plan().write) {
      case lifecycle::writes::old_only:
        if constexpr (!shape::every_write && updatable_store<typename Proxy::old_store>) return op.old_update(f);
        break;
      case lifecycle::writes::new_only:
        if constexpr (shape::is_fixed) return op.new_update(f);
        break;
      case lifecycle::writes::refused: p_.refuse();
      default: break;
      }
      if constexpr (!shape::is_fixed) return p_.consistency_.update(op, f);
      p_.refuse();
    });
  }

private:
  template <class Body> auto begin(input_type const* input, Body&& body) {
    if constexpr (shape::is_fixed) {
      operation_type op(p_, key_, p_.plan_of(typename Proxy::fixed_row{}, key_), what_, input);
      return body(op);
    } else {
      [[maybe_unused]] typename Proxy::after_operation const then{p_};
      for (int waited = 0;;) {
        std::string reason;
        bool between = false;
        std::optional<std::invoke_result_t<Body&, operation_type&>> applied;
        {
          auto const operation = p_.lifecycle_.enter();
          p_.confirm_lease();
          std::exception_ptr behind;
          operation_type op(p_, key_, p_.plan_of(operation.now(), key_), what_, input, &behind);
          try {
            if (!op.plan().waits) {
              if (op.plan().journaled) p_.lifecycle_.migration().journal(text::encode(key_));
              auto result = body(op);
              confirm_outcome();
              if (!behind) return result;
              p_.lifecycle_.migration().journal(text::encode(key_));
              applied = std::move(result);
              reason = reason_of(behind);
            } else
              reason = "quarantine announced";
          } catch (shut_out const& refused) {
            reason = reason_of(refused.why);
          } catch (between_rows const&) {
            between = true;
          }
        }
        if (between) {
          wait_for_next_row(waited);
          continue;
        }
        p_.lifecycle_.migration().quarantine(reason);
        tell(p_.observer_, event::quarantined{});
        if (applied) {
          catch_up();
          return std::move(*applied);
        }
      }
    }
  }

  /// Half a minute in all, and then a transient error.
  void wait_for_next_row(int& waited) {
    if (++waited > 30'000)
      throw store_error(error_class::transient,
                        "an update waits until every process has left row " +
                            std::string(to_string(p_.lifecycle_.migration().current().at)) +
                            ", and some process does not; nothing was changed. Try again; zd status names who is waited for",
                        106);
    p_.pause();
  }

  /// New was shut out after Old was written; where it could not be, since the row requires it by now, New has to follow.
  void catch_up() {
    if constexpr (requires(operation_type& op) { p_.consistency_.catch_up(op); }) {
      auto const operation = p_.lifecycle_.enter();
      confirm_outcome();
      operation_type op(p_, key_, p_.plan_of(operation.now(), key_), what_);
      if (!op.plan().journaled) p_.consistency_.catch_up(op);
    }
  }

  /// A write that ends after the lease may have met processes that no longer counted on this one.
  void confirm_outcome() const {
    if (!p_.lifecycle_.may_act())
      throw store_error(error_class::unknown_outcome,
                        "the lease of this process ended while it wrote; the write may or may not stand. Read the key before "
                        "writing it again",
                        114);
  }

  static std::string reason_of(std::exception_ptr const& why) {
    try {
      std::rethrow_exception(why);
    } catch (std::exception const& e) {
      return e.what();
    } catch (...) {
      return "New failed without a reason";
    }
  }

  Proxy& p_;
  key_type const& key_;
  event::operation const what_;
};

} // namespace zddm::detail
