"""Where the keyboard is after what it was on has gone, was moved, hidden or disabled."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui.element import Element

FOLLOW = """
let held = null, before = null; // what the keyboard was on last, and before it went to a notice
addEventListener("focusin", ({ target, relatedTarget }) => {
  const notice = (element) => element?.closest(".q-notification");
  if (notice(target) && !notice(relatedTarget)) before = relatedTarget;
  held = target;
});
addEventListener("click", ({ target }) => { // who closes a notice goes back
  const back = before?.isConnected ? before : document.getElementById("content");
  if (target.closest(".q-notification button")) back.focus({ preventScroll: true });
});
function moveKeyboard(element) {
  const takes = "a, button, input, [tabindex]";
  const target = element?.matches(takes) ? element : element?.querySelector(takes);
  target?.focus();
  target?.scrollIntoView({ block: "nearest" }); // focus() does not scroll to what has it already
}
function rescueKeyboard(left, element) {
  if (held === left && [left, document.body].includes(document.activeElement)) moveKeyboard(element);
}
"""
"""Of every page: only the browser knows where the keyboard is."""


def focus(element: Element) -> None:
    """Move the keyboard to ``element`` once it is drawn, or to the first thing in it that takes it."""
    element.client.run_javascript(f"requestAnimationFrame(() => moveKeyboard({_html(element)}))")


def focus_near(place: int, left: Sequence[Element], otherwise: Element) -> None:
    """After what was at ``place`` has gone: to what is there now, or to the last that is ``left``."""
    focus(left[min(place, len(left) - 1)] if left else otherwise)


def rescue(left: Element, element: Element) -> None:
    """To ``element``, where the keyboard is on ``left``, which is hidden or disabled now."""
    element.client.run_javascript(f"rescueKeyboard({_html(left)}, {_html(element)})")


def _html(element: Element) -> str:
    return f"getHtmlElement({element.id})"
