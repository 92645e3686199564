"""What a simple scenario need not say: shares of its only channel and of its only place."""

from __future__ import annotations

from sim.scenario.source import Located, located
from sim.scenario.tree import at, entries, plain

#: The province of a scenario that names none.
EVERYWHERE = "everywhere"


def with_the_only_ones(tree: Located) -> Located:
    """The tree with all demand on the only channel, and in one place where no province is named."""
    demand, channels = at(tree, "demand"), entries(tree, "channels")
    if demand is None or not isinstance(demand.value, dict) or not channels:
        return tree
    missing = {}
    if "by_channel" not in demand.value and len(channels) == 1:
        missing["by_channel"] = dict.fromkeys(channels, "100 %")
    if "by_province" not in demand.value and all(plain(one, "queue") != "per province" for one in channels.values()):
        missing["by_province"] = {EVERYWHERE: "100 %"}
    stated = {name: located(shares, demand.place) for name, shares in missing.items()}
    return Located(
        {**tree.value, "demand": Located({**demand.value, **stated}, demand.place, demand.key)}, tree.place, tree.key
    )
