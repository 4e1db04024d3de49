// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/context/detail/fcontext.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define ZDDM_ASAN_FIBERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ZDDM_ASAN_FIBERS 1
#endif
#endif
#ifdef ZDDM_ASAN_FIBERS
#include <sanitizer/common_interface_defs.h>
#endif

#include <zddm/lifecycle/in_flight.hpp>

namespace zddm::testing::explorer {

/// A function that runs on a stack of its own and can be left in the middle. It is never unwound: a fiber that is started
/// anew, or destroyed, simply forgets where it was, as a process does that is killed. To `lifecycle::in_flight` it is a
/// thread of its own.
class fiber {
public:
  static constexpr std::size_t stack_size = 64 * 1024;

  fiber() : stack_(new std::byte[stack_size]) {}
  fiber(fiber const&) = delete;
  fiber& operator=(fiber const&) = delete;

  /// Forgets what ran here; `body` runs from its beginning at the next `resume`.
  void start(std::function<void()> body) {
    body_ = std::move(body);
    done_ = false;
    presence_.emplace();
    context_ = boost::context::detail::make_fcontext(stack_.get() + stack_size, stack_size, &fiber::entry);
  }

  /// Runs the body until it suspends or ends.
  void resume() {
    presence_->swap();
#ifdef ZDDM_ASAN_FIBERS
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack_.get(), stack_size);
#endif
    context_ = boost::context::detail::jump_fcontext(context_, this).fctx;
#ifdef ZDDM_ASAN_FIBERS
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    presence_->swap();
  }

  /// To be called by the running body: gives control back to `resume`.
  void suspend() { leave(); }

  bool done() const noexcept { return done_; }

private:
  static void entry(boost::context::detail::transfer_t from) {
    auto* const self = static_cast<fiber*>(from.data);
    self->arrived(from.fctx, nullptr);
    self->body_();
    self->done_ = true;
    self->leave();
  }

  void leave() {
    void* fake = nullptr;
#ifdef ZDDM_ASAN_FIBERS
    __sanitizer_start_switch_fiber(done_ ? nullptr : &fake, caller_stack_, caller_stack_size_);
#endif
    auto const back = boost::context::detail::jump_fcontext(caller_, nullptr);
    arrived(back.fctx, fake);
  }

  void arrived(boost::context::detail::fcontext_t caller, [[maybe_unused]] void* fake) {
    caller_ = caller;
#ifdef ZDDM_ASAN_FIBERS
    __sanitizer_finish_switch_fiber(fake, &caller_stack_, &caller_stack_size_);
#endif
  }

  std::unique_ptr<std::byte[]> stack_;
  std::function<void()> body_;
  std::optional<lifecycle::in_flight::presence> presence_;
  boost::context::detail::fcontext_t context_ = nullptr;
  boost::context::detail::fcontext_t caller_ = nullptr;
  bool done_ = true;
#ifdef ZDDM_ASAN_FIBERS
  void const* caller_stack_ = nullptr;
  std::size_t caller_stack_size_ = 0;
#endif
};

} // namespace zddm::testing::explorer
