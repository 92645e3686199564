"""What one scenario writes differently from another."""

from __future__ import annotations

from sim.scenario.scenario import Scenario


def changed(base: Scenario, other: Scenario) -> list[tuple[str, str, str]]:
    """What one scenario writes differently: path, value in the base, value in the other; '' where there is none."""
    before, after = (_leaves(s.model_dump(mode="json", exclude_none=True)) for s in (base, other))
    paths = [path for path in (*before, *(p for p in after if p not in before)) if before.get(path) != after.get(path)]
    return [(path, before.get(path, ""), after.get(path, "")) for path in paths]


def _leaves(dumped: object, path: str = "") -> dict[str, str]:
    """Every value by its path, without where it comes from; titles and the like are left out."""
    if isinstance(dumped, dict):
        if "value" in dumped and set(dumped) <= {"value", "status", "source", "low", "high"}:
            return _leaves(dumped["value"], path)
        found: dict[str, str] = {}
        for name, value in dumped.items():
            if path or name not in ("name", "title", "short_title", "about", "experiment"):
                found |= _leaves(value, f"{path}.{name}" if path else str(name))
        return found
    if isinstance(dumped, list):
        if any(isinstance(item, dict | list) for item in dumped):
            return {k: v for number, item in enumerate(dumped) for k, v in _leaves(item, f"{path}.{number}").items()}
        return {path: ", ".join(map(str, dumped))}
    return {path: str(dumped).lower() if isinstance(dumped, bool) else str(dumped)}
