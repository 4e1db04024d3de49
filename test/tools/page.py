#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks a page that has to stand for itself: every element is closed where it should be, nothing runs, nothing is fetched.

page.py FILE         prints its outline (headings, titles of pictures, heads of tables), fails if something is wrong
page.py --self-test  checks itself
"""
import html.parser
import pathlib
import re
import sys

VOID = {"meta", "link", "br", "img", "input", "hr"}
RUNS = {"script", "iframe", "object", "embed", "form", "base", "foreignobject", "animate", "set"}
FETCHES = {"src", "href", "xlink:href", "action", "poster", "srcset", "data", "background"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.outline, self.text, self.head = [], [], [], "", []

    def handle_starttag(self, tag, attributes, closed=False):
        names = [name for name, _ in attributes]
        if len(set(names)) < len(names):
            self.problems.append(f"<{tag}> names an attribute twice")
        if tag in RUNS:
            self.problems.append(f"<{tag}> stands in the page")
        for name, value in attributes:
            if name.startswith("on") or re.match(r"\s*javascript:", value or "", re.I):
                self.problems.append(f"<{tag} {name}> runs")
            if name in FETCHES and not (value or "").startswith("data:,"):
                self.problems.append(f"<{tag} {name}={value}> fetches")
            if name == "style" and "url(" in (value or ""):
                self.problems.append(f"the style of <{tag}> fetches")
        if tag == "section" and "section" in self.open:
            self.problems.append("a section stands in another")
        if not closed and tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "title"):
            self.text = ""
        if tag == "thead":
            self.head = []
        if tag == "th":
            self.text = ""

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes, closed=True)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> where {self.open[-1:]} is open")
            return
        self.open.pop()
        if tag in ("h1", "h2"):
            self.outline.append(f"{tag} {self.text.strip()}")
        if tag == "title" and self.open[-1] == "svg":
            self.outline.append(f"picture {self.text.strip()}")
        if tag == "th" and "thead" in self.open and self.text.strip():
            self.head.append(self.text.strip())
        if tag == "thead":
            self.outline.append("table " + ", ".join(self.head))
        if tag == "style" and re.search(r"url\(|@import|@font-face|</", self.text):
            self.problems.append("the style sheet fetches")

    def handle_data(self, data):
        self.text += data


def check(text):
    page = Page()
    if not text.startswith("<!DOCTYPE html>\n<html lang="):
        page.problems.append("it is no page with a language")
    for needed in ('charset="utf-8"', "default-src 'none'", "(prefers-color-scheme:dark)", "@media print", 'name="viewport"'):
        if needed not in text:
            page.problems.append(f"it lacks {needed}")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        page.problems.append("it holds a control character")
    page.feed(text)
    page.close()
    if page.open:
        page.problems.append(f"{page.open} never end")
    return page


def self_test():
    good = ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta content="default-src \'none\'">'
            '<meta name="viewport"><link href="data:,"><style>@media(prefers-color-scheme:dark){}@media print{}</style></head>'
            '<body><h1>a &lt;b&gt;</h1><section><svg><title>t</title><path d="M0 0"/></svg>'
            '<table><thead><tr><th>x</th><th></th><th>y</th></tr></thead></table></section></body></html>')
    page = check(good)
    if page.problems or page.outline != ["h1 a <b>", "picture t", "table x, y"]:
        raise SystemExit(f"a good page was refused: {page.problems} {page.outline}")
    for bad in ("<script></script>", "<i onclick=x></i>", "<img src=http://x>", "<a href='https://x'>y</a>", "<i>", "</i>", "<b><i></b></i>",
                "<i a=1 a=2></i>", "<i style='background:url(x)'></i>", "<a href=' javascript:x'>y</a>", "\x01", "<section></section>"):
        if not check(good.replace("<table>", bad + "<table>")).problems:
            raise SystemExit(f"not noticed: {bad}")
    if not check(good.replace("@media print", "@import 'x';@media print")).problems:
        raise SystemExit("not noticed: an import")


if sys.argv[1:] == ["--self-test"]:
    self_test()
elif len(sys.argv) == 2:
    found = check(pathlib.Path(sys.argv[1]).read_bytes().decode("utf-8"))
    print("\n".join(found.outline + [f"wrong: {p}" for p in found.problems]))
    sys.exit(1 if found.problems else 0)
else:
    raise SystemExit(__doc__)
