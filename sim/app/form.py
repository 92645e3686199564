"""The controls of a scenario as the elements of a form: every one with a label, its unit, its range and its source."""

from __future__ import annotations

from html import escape
from itertools import groupby

from sim.app.controls import Control, Part, Value, Values
from sim.app.words import subject
from sim.language import Language

#: Units whose controls are steppers; the others are sliders.
_STEPPED = ("lines", "chats", "days")


def form(parts: tuple[Part, ...], values: Values, say: Language) -> str:
    """All controls, in sections; those of the callers are folded away."""
    found = []
    for section, of in groupby(parts, key=lambda part: part.section):
        inside = "".join(_part(part, values, say) for part in of)
        title, note = escape(say(f"app.section_{section}")), escape(say(f"app.section_{section}_note"))
        opened = " open" if section in ("lines", "help") or _touched(parts, section, values) else ""
        found.append(
            f'<details class="section" data-section="{section}"{opened}><summary><h3>{title}</h3></summary>'
            f'<p class="note">{note}</p>{inside}</details>'
        )
    return "".join(found)


def _touched(parts: tuple[Part, ...], section: str, values: Values) -> bool:
    return any(part.changed(values) for part in parts if part.section == section)


def _part(part: Part, values: Values, say: Language) -> str:
    full = part.full(values)
    return "".join(_control(control, full, say) for control in part.controls)


def _control(control: Control, values: Values, say: Language) -> str:
    value = values[control.key]
    ident = f"c-{control.key}"
    label = escape(say(control.label, name=subject(control, say)))
    hint = _hint(control, say)
    described = f' aria-describedby="{escape(ident)}-hint"' if hint else ""
    told = f'<p class="hint" id="{escape(ident)}-hint">{escape(hint)}</p>' if hint else ""
    of = f'id="{escape(ident)}" name="{escape(control.key)}"{described} data-today="{escape(str(control.today))}"'
    if control.options:
        inner = _select(control, value, of, say)
    elif control.unit in _STEPPED:
        inner = _stepper(control, value, of, label, say)
    else:
        inner = _slider(control, value, of, ident, say)
    kind = "choice" if control.options else "step" if control.unit in _STEPPED else "slide"
    needs = "" if control.needs is None else _needs(*control.needs, values)
    moved = "" if value == control.today else " moved"
    return f'<div class="control {kind}{moved}"{needs}><label for="{escape(ident)}">{label}</label>{inner}{told}</div>'


def _needs(key: str, wanted: tuple[str, ...], values: Values) -> str:
    """Where a control is hidden that means nothing now; the page shows it once it does."""
    hidden = "" if values[key] in wanted else " hidden"
    return f' data-needs="{escape(key)}" data-wanted="{escape(" ".join(wanted))}"{hidden}'


def _select(control: Control, value: Value, of: str, say: Language) -> str:
    options = "".join(
        f'<option value="{escape(option)}"{" selected" if option == value else ""}>'
        f"{escape(_option(control, option, say))}</option>"
        for option in control.options
    )
    return f"<select {of}>{options}</select>"


def _option(control: Control, option: str, say: Language) -> str:
    if option[:1].isdigit():
        return option + (say("app.as_today") if option == control.today else "")
    words = say(f"app.option_{option.replace(' ', '_')}")
    return words + (say("app.as_today") if option == control.today and option != "as it is" else "")


def _stepper(control: Control, value: Value, of: str, label: str, say: Language) -> str:
    less, more = escape(say("app.one_less")), escape(say("app.one_more"))
    return (
        f'<span class="stepper"><button type="button" data-by="-{control.step}" aria-label="{label}: {less}">−</button>'
        f'<input type="number" inputmode="numeric" {of} min="{control.least}" max="{control.most}" '
        f'step="{control.step}" value="{value}">'
        f'<button type="button" data-by="{control.step}" aria-label="{label}: {more}">+</button></span>'
    )


def _slider(control: Control, value: Value, of: str, ident: str, say: Language) -> str:
    unit = escape(say.known("unit", control.unit))
    return (
        f'<span class="slider"><input type="range" {of} min="{control.least}" max="{control.most}" '
        f'step="{_step(control)}" value="{value}" data-unit="{unit}" aria-valuetext="{value} {unit}">'
        f'<output for="{escape(ident)}">{value} {unit}</output></span>'
    )


def _step(control: Control) -> int:
    """The largest step that reaches both ends and today's value."""
    of = (int(control.today) - control.least, control.most - control.least)
    return control.step if all(span % control.step == 0 for span in of) else 1


def _hint(control: Control, say: Language) -> str:
    """Today's value, its range, and where it comes from."""
    known, parts = control.known, []
    if control.unit == "lines" and known.status == "published":
        return ""
    if known.low and known.high:
        parts.append(say("app.hint_range", low=say.duration(known.low), high=say.duration(known.high)))
    if known.status:
        words = say.known("status", known.status)
        parts.append(f"{words}: {known.source.told(say.code)}" if known.source else words)
    elif control.unit in ("min", "s") and not control.key.startswith("help"):
        parts.append(say("app.hint_no_range"))
    return "; ".join(parts)
