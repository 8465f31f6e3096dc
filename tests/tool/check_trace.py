#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a trace of "amcp copy" on its own, and against the report of the same copy.

usage: check_trace.py TRACE.json REPORT.json
"""

import collections
import json
import re
import sys

PHASES = {"M", "X", "b", "e"}
NEXT_WORD_US = 0.05  # 8 cycles
TOLERANCE_US = 1e-6  # of adding decimal fractions


def fail(text):
    sys.exit(f"check_trace: {text}")


def demand(condition, text):
    if not condition:
        fail(text)


def lane(event):
    return event["pid"], event["tid"]


def end_of(event):
    return event["ts"] + event["dur"]


# What a lane may hold, by the end of its name.
CONTENTS = {
    "requests": {"request"}, "core 0": {"esp_async_memcpy", "interrupt", "callback"},
    "core 0: registers": {"registers"}, "maintenance": {"write-back", "invalidate"},
    "reads": {"read"}, "writes": {"write"}, "descriptors": {"descriptor"},
    "transmit items": {"transmit item"}, "receive items": {"receive item"},
}


def check_names(events):
    """Every process and every lane that is used has one name, and no two the same."""
    for kind, key in (("process_name", lambda e: e["pid"]), ("thread_name", lane)):
        names = {}
        for event in events:
            if event["ph"] == "M" and event["name"] == kind:
                demand(key(event) not in names, f"named twice: {event}")
                names[key(event)] = event["args"]["name"]
        used = {key(event) for event in events if event["ph"] != "M"}
        demand(used <= set(names), f"without a {kind}: {used - set(names)}")
        demand(len(set(names.values())) == len(names), f"the same {kind} twice: {names}")
    for event in events:
        if event["ph"] != "M":
            name = names[lane(event)]
            plain = re.sub("^core [0-9]", "core 0", re.sub("^channel [0-9]: ", "", name))
            demand(event["name"] in CONTENTS[plain],
                   f"on the lane of {name}: {event}")


def check_cores(events, report):
    """Each core and each channel has lanes of its own."""
    names = {event["args"]["name"] for event in events if event["name"] == "thread_name"}
    for index in range(report["cores"] if report["requests"] > 1 else 1):
        wanted = {f"core {index}", f"core {index}: registers", f"channel {index}: writes"}
        demand(wanted <= names, f"no lane for {wanted - names}")


def check_pairs(events):
    """Every begin has its end, after it; returns the pairs as (begin, end)."""
    open_events, pairs = {}, []
    for event in events:
        key = event.get("cat"), event.get("id"), event["pid"]
        if event["ph"] == "b":
            demand(key not in open_events, f"begins twice: {event}")
            open_events[key] = event
        elif event["ph"] == "e":
            begin = open_events.pop(key, None)
            demand(begin is not None, f"an end without a begin: {event}")
            demand(begin["name"] == event["name"] and lane(begin) == lane(event),
                   f"begin and end differ: {begin} {event}")
            demand(begin["ts"] < event["ts"], f"ends before it begins: {begin} {event}")
            pairs.append((begin, event))
    demand(not open_events, f"without an end: {list(open_events.values())[:3]}")
    return pairs


def check_nesting(spans):
    """On each lane spans nest or follow one another. Returns the parent of each, by identity."""
    lanes, parents = collections.defaultdict(list), {}
    for span in spans:
        demand(span["dur"] >= 0, f"a negative duration: {span}")
        lanes[lane(span)].append(span)
    for content in lanes.values():
        stack = []
        for span in sorted(content, key=lambda s: (s["ts"], -s["dur"])):
            while stack and end_of(stack[-1]) <= span["ts"] + TOLERANCE_US:
                stack.pop()
            demand(not stack or end_of(span) <= end_of(stack[-1]) + TOLERANCE_US,
                   f"cross on one lane: {stack[-1:]} {span}")
            parents[id(span)] = stack[-1] if stack else None
            if span["dur"] > 0:
                stack.append(span)
    return parents


def check_flat(spans, name):
    """Spans of one name come in order in the file, and not two at a time."""
    ends = collections.defaultdict(float)
    for span in spans:
        if span["name"] == name:
            demand(span["ts"] + TOLERANCE_US >= ends[lane(span)], f"out of order: {span}")
            ends[lane(span)] = end_of(span)


def total(events, name, argument):
    return sum(event["args"][argument] for event in events if event["name"] == name)


def check_sums(spans, pairs, report):
    begins = [begin for begin, _ in pairs]
    count = collections.Counter(event["name"] for event in spans + begins)
    align = report[("psram" if report["to"] == "psram" else "sram") + "_align_bytes"] or 1
    requested = total(begins, "request", "bytes")
    for name in ("request", "esp_async_memcpy", "callback"):
        demand(count[name] == report["requests"], f"{count[name]} of {name}")
    demand(count["interrupt"] == report["interrupts"], f"{count['interrupt']} interrupts")
    demand(total(spans, "registers", "reads") == report["register_reads"], "register reads")
    demand(total(spans, "registers", "writes") == report["register_writes"], "register writes")
    demand(total(spans, "write", "bytes") == report["dma_bytes"], "bytes written")
    demand(total(spans, "read", "bytes") == report["dma_bytes"], "bytes read")
    demand(report["bytes"] <= requested < report["bytes"] + align, "bytes requested")
    for name in ("transmit item", "receive item"):
        demand(total(begins, name, "bytes") == report["dma_bytes"], f"bytes of {name}s")
    # What the bus does for a `next` word alone has no event: at most once for each descriptor.
    busy_us = sum(span["dur"] for span in spans if span["cat"] == "burst")
    silent_us = NEXT_WORD_US * count["descriptor"]
    reported_us = report["dma_busy_ns"] / 1000
    demand(reported_us - silent_us - 1 <= busy_us <= reported_us + 1,
           f"bursts take {busy_us} us, reported are {reported_us} us")


def check_causes(spans, pairs, parents):
    """A request goes from its call to its callback, which runs in an interrupt; items come in the
    order of their numbers; data moves while an item of its direction is open."""
    calls = {s["args"]["request"]: s for s in spans if s["name"] == "esp_async_memcpy"}
    callbacks = {s["args"]["request"]: s for s in spans if s["name"] == "callback"}
    for begin, end in pairs:
        if begin["name"] == "request":
            number = begin["args"]["request"]
            demand(begin["ts"] == calls[number]["ts"], f"request {number} and its call")
            demand(end["ts"] == callbacks[number]["ts"], f"request {number} and its callback")
    for core in {lane(callback) for callback in callbacks.values()}:
        numbers = [n for n, callback in callbacks.items() if lane(callback) == core]
        demand(numbers == sorted(numbers), "callbacks out of order")
    for callback in callbacks.values():
        parent = parents[id(callback)]
        demand(parent and parent["name"] == "interrupt", f"a callback in no interrupt: {callback}")
    for item, data in (("transmit item", "read"), ("receive item", "write")):
        ranges = sorted((b["ts"], e["ts"]) for b, e in pairs if b["name"] == item)
        demand([s for s, _ in ranges] == sorted(s for s, _ in ranges), f"{item}s out of order")
        outside = [s for s in spans if s["name"] == data and not covered(s, ranges)]
        demand(not outside, f"data outside of every {item}: {outside[:1]}")


def covered(span, ranges):
    """Binary search for the last range that begins before the span; its neighbours may reach in."""
    low, high = 0, len(ranges)
    while low < high:
        middle = (low + high) // 2
        if ranges[middle][0] <= span["ts"]:
            low = middle + 1
        else:
            high = middle
    return any(ranges[i][0] <= span["ts"] and end_of(span) <= ranges[i][1] + TOLERANCE_US
               for i in range(max(0, low - 8), low))


def main():
    trace, report = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
    events = trace["traceEvents"]
    unknown = {event["ph"] for event in events} - PHASES
    demand(not unknown, f"phases {unknown}")
    check_names(events)
    check_cores(events, report)
    spans = [event for event in events if event["ph"] == "X"]
    pairs = check_pairs(events)
    parents = check_nesting(spans)
    for name in ("read", "write", "descriptor", "registers", "interrupt", "esp_async_memcpy"):
        check_flat(spans, name)
    last_us = report["simulated_ns"] / 1000
    for event in events:
        if event["ph"] != "M":
            demand(0 <= event["ts"] <= last_us, f"outside of the copy: {event}")
    demand(all(end_of(span) <= last_us + TOLERANCE_US for span in spans), "ends after the copy")
    check_sums(spans, pairs, report)
    check_causes(spans, pairs, parents)
    other = trace["otherData"]
    demand(other["chip"] == report["chip"], "the chip")
    demand(other["simulated_ns"] == report["simulated_ns"], "the time")
    demand(other["requests"] == report["requests"], "the requests")
    demand(other["spans"] == len(spans) + len(pairs), "the number of spans")


if __name__ == "__main__":
    main()
