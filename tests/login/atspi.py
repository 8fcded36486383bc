#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reads the screen as a screen reader does. Commands on standard input, a line each with tabs between
the words; each answer is some lines and then "ok" or "no".

  wait SECONDS ROLE STATES PATTERN   until something that shows has that role ("*": any), those states
                                     ("focused,sensitive", "-checked": not; "empty"
                                     where a text has no character), and PATTERN (a regular
                                     expression) in its name, text or description
  gone SECONDS ROLE PATTERN          until nothing of the kind shows
  remember / moved SECONDS           what has the keyboard; until something else has it
  nameless                           what can be focused and has no name
  half left|right ROLE PATTERN       in that half of its window
  tidy                               what sticks out of its window, is cut off or lies over another
  tree                               all that shows: role, name, text, states, place
"""
import re
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

SCREEN = Atspi.CoordType.SCREEN
STATES = {s.value_nick: s for s in (
    Atspi.StateType.FOCUSED, Atspi.StateType.SENSITIVE, Atspi.StateType.CHECKED,
    Atspi.StateType.FOCUSABLE, Atspi.StateType.SHOWING, Atspi.StateType.SELECTED,
    Atspi.StateType.IS_DEFAULT, Atspi.StateType.ENABLED, Atspi.StateType.EXPANDED)}


def labelled_by(accessible):
    for relation in accessible.get_relation_set():
        if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            return " ".join(relation.get_target(i).get_name() or ""
                            for i in range(relation.get_n_targets()))
    return ""


class Thing:
    """What one accessible says of itself, read once."""

    def __init__(self, accessible, parent):
        self.parent = parent
        self.role = accessible.get_role_name()
        self.name = accessible.get_name() or ""
        self.description = accessible.get_description() or ""
        if not self.name:
            self.name = labelled_by(accessible)
        states = accessible.get_state_set()
        self.states = {nick for nick, state in STATES.items() if states.contains(state)}
        self.text, self.drawn = "", None
        component = accessible.get_component_iface()
        self.place = component.get_extents(SCREEN) if component else None
        text = accessible.get_text_iface()
        if text:
            count = Atspi.Text.get_character_count(text)
            self.text = Atspi.Text.get_text(text, 0, count)
            if count:
                self.drawn = Atspi.Text.get_range_extents(text, 0, count, SCREEN)
            else:
                self.states.add("empty")
        self.leaf = True

    def says(self, pattern):
        return any(pattern.search(s) for s in (self.name, self.text, self.description))

    def has(self, states):
        return all((s[1:] not in self.states) if s[0] == "-" else (s in self.states)
                   for s in states)

    def within(self, other):
        thing = self
        while thing is not None:
            if thing is other:
                return True
            thing = thing.parent
        return False

    def __str__(self):
        p = self.place
        place = f"{p.x},{p.y} {p.width}x{p.height}" if p else "-"
        return f'{self.role} "{self.name}" "{self.text}" [{",".join(sorted(self.states))}] {place}'


def walk(accessible, parent, found):
    thing = Thing(accessible, parent)
    if parent is not None and "showing" not in thing.states:
        return
    found.append(thing)
    for i in range(accessible.get_child_count()):
        child = accessible.get_child_at_index(i)
        if child is not None:
            before = len(found)
            walk(child, thing, found)
            thing.leaf = thing.leaf and len(found) == before


def things():
    """All that shows, applications first; read anew, for programs change while they are read."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    found = []
    for i in range(desktop.get_child_count()):
        try:
            application = desktop.get_child_at_index(i)
            application.clear_cache()
            for j in range(application.get_child_count()):
                window = application.get_child_at_index(j)
                if window.get_state_set().contains(Atspi.StateType.SHOWING):
                    walk(window, None, found)
        except (GLib.Error, AttributeError):
            continue
    return found


def matching(role, states, pattern):
    return [t for t in things()
            if (role == "*" or t.role in role.split("|")) and t.has(states) and t.says(pattern)]


def until(seconds, condition):
    end = time.monotonic() + float(seconds)
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def wait(seconds, role, states, pattern):
    wanted = [s for s in states.split(",") if s]
    if until(seconds, lambda: matching(role, wanted, re.compile(pattern))):
        return True
    tree()
    return False


def gone(seconds, role, pattern):
    return until(seconds, lambda: not matching(role, [], re.compile(pattern)))


def focused():
    return [(t.role, t.name, t.place and (t.place.x, t.place.y)) for t in things() if t.has(["focused"])]


def remember():
    remember.focused = focused()
    return True


def moved(seconds):
    return until(seconds, lambda: focused() not in ([], remember.focused)) or not tree()


def half(side, role, pattern):
    wanted = re.compile(pattern)
    found = [t for t in things() if t.role == role and t.says(wanted) and t.place]
    middle = [window_of(t).place.x + window_of(t).place.width // 2 for t in found]
    return tree() and bool(found) and all(
        (t.place.x >= m) if side == "right" else (t.place.x + t.place.width <= m)
        for t, m in zip(found, middle))


def tree():
    for thing in things():
        depth, parent = 0, thing.parent
        while parent is not None:
            depth, parent = depth + 1, parent.parent
        print("  " * depth + str(thing))
    return True


def nameless():
    bad = [t for t in things() if {"focusable", "sensitive"} <= t.states and not t.name
           and t.parent is not None]
    for thing in bad:
        print(f"no name: {thing}")
    return not bad


def inside(inner, outer):
    return (inner.x >= outer.x and inner.y >= outer.y
            and inner.x + inner.width <= outer.x + outer.width
            and inner.y + inner.height <= outer.y + outer.height)


def overlap(a, b):
    return (a.x < b.x + b.width and b.x < a.x + a.width
            and a.y < b.y + b.height and b.y < a.y + a.height)


def window_of(thing):
    while thing.parent is not None:
        thing = thing.parent
    return thing


def tidy():
    faults = []
    leaves = [t for t in things() if t.leaf and t.parent is not None and t.place
              and t.place.width > 1 and t.place.height > 1]
    for thing in leaves:
        if not inside(thing.place, window_of(thing).place):
            faults.append(f"sticks out: {thing}")
        if thing.drawn and thing.role == "label" and thing.drawn.width > thing.place.width:
            faults.append(f"cut off: {thing}")
    for i, one in enumerate(leaves):
        for other in leaves[i + 1:]:
            if window_of(one) is window_of(other) and overlap(one.place, other.place):
                faults.append(f"one over the other: {one} and {other}")
    print("\n".join(faults))
    return not faults


COMMANDS = {"wait": wait, "gone": gone, "tree": tree, "remember": remember, "moved": moved,
            "nameless": nameless, "half": half, "tidy": tidy}


def main():
    Atspi.init()
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        try:
            good = COMMANDS[words[0]](*words[1:])
        except GLib.Error as error:
            print(f"# {error.message}")
            good = False
        print("ok" if good else "no", flush=True)


main()
