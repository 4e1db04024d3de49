// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/core/text.hpp>

/// Pages that stand for themselves: no script, nothing fetched from anywhere, light and dark, for screens and paper.
namespace zddm::cli::html {

namespace detail {

/// A mark that turns the direction of what follows it; such a text would be shown in another order than it is.
constexpr bool turns_direction(std::string_view character) {
  return character == "\xd8\x9c" || (character >= "\xe2\x80\x8e" && character <= "\xe2\x80\x8f") ||
         (character >= "\xe2\x80\xa8" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

} // namespace detail

/// Any bytes as text of a page or of an attribute: nothing of it is markup. What cannot be shown, such as a byte that is no
/// UTF-8, a control character or one that turns the direction of writing, is shown as `\xNN`.
inline std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto const n = text::detail::shown_character(text);
    auto const one = text.substr(0, std::max<std::size_t>(n, 1));
    text.remove_prefix(one.size());
    if (one == "&")
      out += "&amp;";
    else if (one == "<")
      out += "&lt;";
    else if (one == ">")
      out += "&gt;";
    else if (one == "\"")
      out += "&quot;";
    else if (one == "'")
      out += "&#39;";
    else if (n == 0 || detail::turns_direction(one))
      for (char const c : one) text::detail::write_hex(out += "\\x", static_cast<unsigned char>(c));
    else
      out += one;
  }
  return out;
}

/// A text of the user's data, kept apart from what stands around it.
inline std::string code(std::string_view text) { return "<code><bdi>" + escape(text) + "</bdi></code>"; }

inline constexpr std::string_view style = R"(
:root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--ink:#1c212b;--soft:#59616e;--rule:#dcdfe4;--wait:#e4e7ec;
--old:#6b7280;--new:#0b7285;--good:#2b7a3d;--warn:#a34e00;--bad:#c22525;--pale:#0b728522}
@media screen and (prefers-color-scheme:dark){:root{--page:#12151a;--card:#1a1e25;--ink:#e7eaef;--soft:#a0a9b7;--rule:#2e3540;--wait:#333b47;
--old:#a7afbd;--new:#4ccbdf;--good:#5fcf74;--warn:#ffae5c;--bad:#ff7b7b;--pale:#4ccbdf2b}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
font-variant-numeric:tabular-nums;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0 0 .75rem}
p{margin:.4rem 0}
.soft{color:var(--soft)}.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
section{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:1.1rem 1.25rem;margin-top:1rem}
figure{margin:0}figure+figure,figure+.scroll{margin-top:1.1rem}figcaption{color:var(--soft);font-size:.87rem;margin-top:.35rem}
code{font:.87em/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-top:1px solid var(--rule);vertical-align:top}
thead th{border-top:0;color:var(--soft);font-weight:600;white-space:nowrap}
.n{text-align:right;white-space:nowrap}.w{white-space:nowrap}
dl.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:1rem;margin:0}
dl.key dt{color:var(--soft);font-size:.87rem}dl.key dd{margin:0;font-size:1.45rem;line-height:1.3;font-weight:600}
dl.key dd small{display:block;font-size:.82rem;font-weight:400;color:var(--soft)}
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 0;padding:0;font-size:.87rem}
ul.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:.2rem;margin-right:.4rem;vertical-align:-.08rem}
footer{color:var(--soft);font-size:.87rem;margin-top:1.25rem}
@media print{:root{--page:#fff}body{font-size:10.5pt}main{max-width:none;padding:0}section{border-color:#bbb}h2{break-after:avoid}
figure,tr,li{break-inside:avoid}dl.key{grid-template-columns:repeat(3,1fr)}}
@media(max-width:34rem){main{padding:1.25rem .75rem 2rem}section{padding:.9rem}}
)";

/// The whole page. `title` is any text, `css` and `body` are of this program.
inline std::string page(std::string_view title, std::string_view css, std::string_view body) {
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                     "img-src data:\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
                     "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
                     escape(title), style, css, body);
}

/// A part of the page under a heading; both are of this program.
inline std::string section(std::string_view heading, std::string_view body) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", heading, body);
}

} // namespace zddm::cli::html
