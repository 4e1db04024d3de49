// SPDX-License-Identifier: BSL-1.0
#pragma once

/// The proxy, its policies and all below them. Stores, backfill, verification and the command line are included by name.
#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/gate/all_of.hpp>
#include <zddm/gate/any_of.hpp>
#include <zddm/gate/closed.hpp>
#include <zddm/gate/cohort.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/hit_rate.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/gate/percentage.hpp>
#include <zddm/gate/ramp.hpp>
#include <zddm/lifecycle/blocks.hpp>
#include <zddm/lifecycle/fixed.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/migration.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/observer/none.hpp>
#include <zddm/policy/select.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>
