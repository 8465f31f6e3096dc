#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a picture of "amcp copy": well-formed, self-contained, nothing outside or overlapping,
and on each lane the spans that a trace of the same copy has.

usage: check_picture.py PICTURE.svg TRACE.json
"""

import collections
import json
import re
import sys
import xml.etree.ElementTree

SVG = "{http://www.w3.org/2000/svg}"
MARKS_MAX = 600
LETTER = 0.56  # of the font size, on average: what DejaVu Sans, a wide one, takes
LANES = {
    "requests": "request", "calls": "esp_async_memcpy", "interrupts": "interrupt",
    "callbacks": "callback", "register accesses": "registers", "write-backs": "write-back",
    "invalidations": "invalidate", "transmit items": "transmit item",
    "receive items": "receive item", "bus: descriptors": "descriptor", "bus: reads": "read",
    "bus: writes": "write",
}


def demand(condition, text):
    if not condition:
        sys.exit(f"check_picture: {text}")


def text_of(element):
    return "".join(element.itertext())


def box_of_text(element, size):
    """Returns left, top, right and bottom, by estimate."""
    size = float(element.get("font-size", size))
    x, y = float(element.get("x")), float(element.get("y"))
    width = len(text_of(element)) * size * LETTER
    left = {"middle": x - width / 2, "end": x - width}.get(element.get("text-anchor"), x)
    return left, y - 0.7 * size, left + width, y


def box_of_rect(element):
    x, y = float(element.get("x")), float(element.get("y"))
    return x, y, x + float(element.get("width")), y + float(element.get("height"))


def overlap(first, second, slack=0.5):
    return (min(first[2], second[2]) - max(first[0], second[0]) > slack and
            min(first[3], second[3]) - max(first[1], second[1]) > slack)


def check_self_contained(root, text):
    demand(root.tag == SVG + "svg", f"the root is {root.tag}")
    addresses = set(re.findall(r"\w+://[^\"' <]*", text))
    demand(addresses == {"http://www.w3.org/2000/svg"}, f"refers to {addresses}")
    allowed = {SVG + name for name in ("svg", "g", "rect", "path", "text", "tspan", "title")}
    used = {element.tag for element in root.iter()}
    demand(used <= allowed, f"elements {used - allowed}")
    demand(root.get("font-family") == "sans-serif", "a font that not everyone has")


def check_boxes(root):
    """All that is written lies on the page and stands apart."""
    page = 0, 0, float(root.get("width")), float(root.get("height"))
    texts = [(box_of_text(e, root.get("font-size")), text_of(e)) for e in root.iter(SVG + "text")]
    for box, text in texts:
        demand(page[0] <= box[0] and box[2] <= page[2] and box[1] >= 0 and box[3] <= page[3],
               f"outside of the page: \"{text}\" {box}")
    for i, (box, text) in enumerate(texts):
        for other, other_text in texts[i + 1:]:
            demand(not overlap(box, other), f"overlap: \"{text}\" and \"{other_text}\"")
    for element in root.iter(SVG + "rect"):
        if element.get("width") != "100%":
            box = box_of_rect(element)
            demand(box[0] >= 0 and box[2] <= page[2] and box[3] <= page[3], f"outside: {box}")


def times_of(mark):
    """Returns what the mark's tooltip says of its begin and its end."""
    return re.search(r"([\d.]+) us to ([\d.]+) us$", text_of(mark.find(SVG + "title"))).groups()


def index_in(name):
    """Returns the number of a core or channel in its name, 0 if there is none."""
    return int((re.search("[0-9]", name) or ["0"])[0])


def read_lanes(root):
    """Returns the lanes from above to below, each with the index of the group that it is in."""
    index, lanes = 0, []
    for element in root.iter():
        if element.tag == SVG + "text" and element.get("font-weight") == "bold":
            index = index_in(re.sub("^amcp.*", "", text_of(element)))
        elif element.get("class") == "lane":
            lanes.append((element, index))
    return lanes


def read_spans(events):
    """Returns the begins and ends of all spans, by name and by index of the core or channel, as a
    tooltip has them."""
    spans, begun = collections.defaultdict(list), {}
    indexes = {(event["pid"], event["tid"]): index_in(event["args"]["name"])
               for event in events if event["name"] == "thread_name"}
    for event in events:
        key = event["name"], indexes.get((event["pid"], event.get("tid")))
        if event["ph"] == "b":
            begun[event["cat"], event["id"]] = event["ts"]
        elif event["ph"] == "e":
            spans[key].append((begun[event["cat"], event["id"]], event["ts"]))
        elif event["ph"] == "X":
            spans[key].append((event["ts"], event["ts"] + event["dur"]))
    return {key: [(f"{start:.3f}", f"{end:.3f}") for start, end in times]
            for key, times in spans.items()}


def read_axis(root):
    """Returns the function from nanoseconds to the place that the ticks stand for."""
    ticks = []
    for element in root.iter(SVG + "text"):
        match = re.fullmatch(r"([\d.]+) (us|ms)", text_of(element))
        if match:
            time_ns = float(match.group(1)) * (1e6 if match.group(2) == "ms" else 1e3)
            ticks.append((time_ns, float(element.get("x"))))
    demand(3 <= len(ticks) <= 12, f"ticks: {ticks}")
    (first_ns, first_x), (last_ns, last_x) = min(ticks), max(ticks)
    scale = (last_x - first_x) / (last_ns - first_ns)
    for time_ns, x in ticks:
        demand(abs(first_x + (time_ns - first_ns) * scale - x) < 0.3, f"a tick at {x}")
    return lambda time_ns: first_x + (time_ns - first_ns) * scale


def check_places(title, marks, axis):
    for mark in marks:
        start, end = (axis(float(time_us) * 1e3) for time_us in times_of(mark))
        left, _, right, _ = box_of_rect(mark)
        demand(abs(left - start) < 0.3 and abs(right - max(end, start + 0.8)) < 0.5,
               f"{title}: from {left} to {right} is drawn what lasted from {start} to {end}")


def check_lane(lane, index, spans, axis):
    """Returns the lane's box, and whether it is aggregated."""
    title = text_of(lane.find(SVG + "text"))
    name, count = re.fullmatch(r"(.*) \((\d+)\)", title).groups()
    marks = [g.find(SVG + "rect") for g in lane.findall(SVG + "g")]
    aggregated = lane.find(SVG + "path") is not None
    wanted = spans[LANES[name], index]
    demand(int(count) == len(wanted), f"{title}: the trace has {len(wanted)}")
    demand(aggregated or sorted(map(times_of, marks)) == sorted(wanted),
           f"{title}: other spans than in the trace")
    check_places(title, marks, axis)
    for i, mark in enumerate(marks):
        for other in marks[max(0, i - 40):i]:
            demand(not overlap(box_of_rect(mark), box_of_rect(other), 1),
                   f"{title}: marks overlap at {box_of_rect(mark)}")
    boxes = [box_of_rect(rect) for rect in lane.iter(SVG + "rect")]
    return (min(b[1] for b in boxes), max(b[3] for b in boxes)), aggregated


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    root = xml.etree.ElementTree.fromstring(text.encode())
    with open(sys.argv[2], encoding="utf-8") as file:
        trace = json.load(file)
    spans = read_spans(trace["traceEvents"])
    check_self_contained(root, text)
    check_boxes(root)
    lanes = read_lanes(root)
    axis = read_axis(root)
    found = [check_lane(lane, index, spans, axis) for lane, index in lanes]
    demand(len(lanes) == len(spans), f"{len(lanes)} lanes for {sorted(spans)}")
    edges = [edge for box, _ in found for edge in box]
    demand(edges == sorted(edges), f"lanes overlap: {edges}")
    aggregated = any(is_aggregated for _, is_aggregated in found)
    demand(("is aggregated" in text) == aggregated, "what is aggregated is said, and only then")
    legend = {text_of(e) for e in root.iter(SVG + "text")}
    demand({"request", "interrupt", "receive item", "bus read"} <= legend, "the legend")


if __name__ == "__main__":
    main()
