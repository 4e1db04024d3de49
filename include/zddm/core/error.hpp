// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace zddm {

/// What a failed store call leaves behind, as far as the caller can know.
enum class error_class : std::uint8_t {
  transient,      ///< nothing was applied; the same call may succeed later
  permanent,      ///< nothing was applied; the same call will fail again
  unknown_outcome ///< the call may have been applied, now or still to come
};

constexpr std::string_view to_string(error_class kind) {
  switch (kind) {
  case error_class::transient: return "transient";
  case error_class::permanent: return "permanent";
  case error_class::unknown_outcome: break;
  }
  return "unknown_outcome";
}

/// Base of every error zddm raises itself: `what()` starts with the code, `ZD-304: …`.
/// Each code has a section in `docs/reference/errors.md`.
class error : public std::runtime_error {
public:
  error(int code, std::string const& text) : std::runtime_error("ZD-" + std::to_string(code) + ": " + text), code_(code) {}
  int code() const noexcept { return code_; }

private:
  int code_;
};

/// A store call failed. The class says whether it may have been applied.
class store_error : public error {
public:
  store_error(error_class kind, std::string const& text, int code = 101) : error(code, text), kind_(kind) {}
  error_class kind() const noexcept { return kind_; }

private:
  error_class kind_;
};

/// A value has no counterpart in the other shape; it was refused, not changed and not dropped.
class unmappable : public error {
public:
  explicit unmappable(std::string const& text) : error(102, text) {}
};

/// The process may no longer act on the lifecycle state it knows; nothing was done by the refused call.
class lease_lost : public error {
public:
  explicit lease_lost(std::string const& text) : error(103, text) {}
};

/// The route of the present state refuses the call: the migration is destroyed, or the row does not allow it.
class refused : public error {
public:
  explicit refused(std::string const& text) : error(104, text) {}
};

/// The class of an exception a store threw: what `store_error` says of itself, permanent for what zddm refused
/// before it was tried, else
/// `Store::classify(e)` where the store has it, else `unknown_outcome`, since a foreign exception promises nothing.
template <class Store> error_class classify(std::exception const& e) {
  if (auto const* known = dynamic_cast<store_error const*>(&e)) return known->kind();
  if (dynamic_cast<error const*>(&e)) return error_class::permanent;
  if constexpr (requires {
                  { Store::classify(e) } -> std::same_as<error_class>;
                })
    return Store::classify(e);
  else
    return error_class::unknown_outcome;
}

/// As above, for whatever is being handled; to be called inside a handler.
template <class Store> error_class classify_current() {
  try {
    throw;
  } catch (std::exception const& e) {
    return classify<Store>(e);
  } catch (...) {
    return error_class::unknown_outcome;
  }
}

} // namespace zddm
