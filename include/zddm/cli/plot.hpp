// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/html.hpp>

namespace zddm::cli {

/// A field of lines and areas, with labels that keep their size however wide the page is. Places are 0 to 1, from the left and
/// from the bottom; what lies outside is brought to the edge.
class plot {
public:
  using places = std::vector<std::pair<double, double>>;

  static constexpr std::string_view style = R"(
.plot{position:relative;margin:1.5rem 0 1.9rem;height:11rem}.plot.low{height:7rem}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.plot path{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round;stroke-linecap:round}
.plot path.rule{stroke:var(--rule);stroke-width:1}.plot path.base{stroke:var(--soft);stroke-width:1}
.plot path.mark{stroke-width:1.5;stroke-dasharray:4 4}
.plot path.dot{stroke-width:8}
.plot .old{stroke:var(--old)}.plot .new{stroke:var(--new)}.plot .good{stroke:var(--good)}.plot .bad{stroke:var(--bad)}.plot .warn{stroke:var(--warn)}
.plot path.old:not(.mark):not(.dot){stroke-dasharray:7 3}
.plot path.area{stroke:none;fill-opacity:.18}.plot path.area.old{fill:var(--old)}.plot path.area.new{fill:var(--new)}
.plot span{position:absolute;font-size:.78rem;line-height:1;color:var(--soft);white-space:nowrap}
.plot .y{left:0;transform:translateY(-125%)}.plot .x{top:100%;margin-top:.4rem}
.plot .note{right:0;margin-top:.25rem}
)";

  /// `what`: what is seen, for who does not see it.
  plot(std::string_view what, bool low = false) : what_(what), low_(low) {}

  void rule(double y, std::string_view label) {
    draw("rule", {{0, y}, {1, y}});
    labels_ += fmt::format("<span class=\"y\" style=\"top:{:.1f}%\">{}</span>", 100 * (1 - inside(y)), html::escape(label));
  }
  /// A line all across that is met or not, labelled at its end.
  void limit(double y, std::string_view look, std::string_view label) {
    draw(fmt::format("mark {}", look), {{0, y}, {1, y}});
    labels_ +=
        fmt::format("<span class=\"note {}\" style=\"top:{:.1f}%\">{}</span>", look, 100 * (1 - inside(y)), html::escape(label));
  }
  void tick(double x, std::string_view label) {
    auto const at = inside(x);
    auto const shift = at < 0.06 ? 0 : at > 0.94 ? -100 : -50;
    labels_ += fmt::format("<span class=\"x\" style=\"left:{:.1f}%;transform:translateX({}%)\">{}</span>", 100 * at, shift,
                           html::escape(label));
  }
  void line(std::string_view look, places const& at) { draw(look, at); }
  void area(std::string_view look, places const& at) {
    if (at.empty()) return;
    auto closed = at;
    closed.insert(closed.begin(), {at.front().first, 0});
    closed.emplace_back(at.back().first, 0);
    draw(fmt::format("area {}", look), closed);
  }
  /// A line straight up, such as a quantile.
  void upright(std::string_view look, double x) { draw(fmt::format("mark {}", look), {{x, 0}, {x, 1}}); }
  void dot(std::string_view look, double x, double y) { draw(fmt::format("dot {}", look), {{x, y}, {x, y}}); }

  std::string text() const {
    return fmt::format(
        "<div class=\"plot{}\"><svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\"><title>{}</title>"
        "{}<path class=\"base\" d=\"M0 1000H1000\"/></svg>{}</div>\n",
        low_ ? " low" : "", html::escape(what_), shapes_, labels_);
  }

private:
  static double inside(double x) { return std::clamp(x, 0.0, 1.0); }

  void draw(std::string_view look, places const& at) {
    if (at.empty()) return;
    std::string path;
    for (auto const& [x, y] : at)
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', 1000 * inside(x), 1000 * (1 - inside(y)));
    shapes_ += fmt::format("<path class=\"{}\" d=\"{}\"/>", look, path);
  }

  std::string what_;
  bool low_;
  std::string shapes_, labels_;
};

} // namespace zddm::cli
