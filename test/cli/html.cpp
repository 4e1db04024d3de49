// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/html.hpp>

#include <string>

#include <doctest/doctest.h>

namespace html = zddm::cli::html;

TEST_CASE("html: nothing of a text is markup") {
  CHECK(html::escape("<script>alert('x' & \"y\")</script>") ==
        "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
  CHECK(html::escape("") == "");
  CHECK(html::escape("Ada \xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80") == "Ada \xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80");
}

TEST_CASE("html: what cannot be shown is shown as bytes") {
  using namespace std::string_literals;
  CHECK(html::escape("a\0b\n\x1b[31m\x7f"s) == "a\\x00b\\x0a\\x1b[31m\\x7f");
  CHECK(html::escape("\xff\xc3<") == "\\xff\\xc3&lt;");
  CHECK(html::escape("\xed\xa0\x80") == "\\xed\\xa0\\x80"); // half a surrogate pair
  CHECK(html::escape("\xe2\x80\xae"
                     "exe") == "\\xe2\\x80\\xaeexe"); // right to left from here
  CHECK(html::escape("\xe2\x81\xa6\xd8\x9c\xe2\x80\xa8") == "\\xe2\\x81\\xa6\\xd8\\x9c\\xe2\\x80\\xa8");
}

TEST_CASE("html: every byte, alone and after a good one, leaves no markup and no control character") {
  for (int b = 0; b < 256; ++b) {
    std::string const text{'k', static_cast<char>(b)};
    for (unsigned char const c : html::escape(text)) {
      CHECK((c >= 0x20 && c != 0x7f && c < 0x80));
      CHECK((c != '<' && c != '>' && c != '"' && c != '\''));
    }
  }
}

TEST_CASE("html: a page has a title, a language, and no right to run or fetch anything") {
  auto const text = html::page("<names>", ".x{}", html::section("Heading", html::code("a<b")));
  CHECK(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  CHECK(text.find("<title>&lt;names&gt;</title>") != std::string::npos);
  CHECK(text.find("default-src 'none'") != std::string::npos);
  CHECK(text.find(".x{}</style>") != std::string::npos);
  CHECK(text.find("<h2>Heading</h2>\n<code><bdi>a&lt;b</bdi></code></section>") != std::string::npos);
}
