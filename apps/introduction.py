"""A model introduced to a person: what it is, what training gave it, what it can find, and what it listens to."""

from collections.abc import Mapping
from typing import Any

from apps.console import table
from assistant.library import NORMALS, ModelInfo
from assistant.plots import COLOURS, LOUDEST
from explain.prompt import clean
from fusion.errors import BadModel
from fusion.recipes import recipe

BAR = 10  # characters of the loudest gate
ROWS = 9  # noise levels told; the plot has them all


def introduced(model: ModelInfo) -> list[str]:
    """Return the lines that introduce a model; BadModel where its card lacks what every network's card has."""
    card, network = model.card, network_of(model)
    created = str(card["created"])[:16].replace("T", " ")
    lines = [f"{model.name}: fitted on {card.get('n_statistics', card['n_normals'])} {NORMALS[model.kind]}, {created}"]
    lines += [f"method {card['method']}; seen through {card['representation']}", ""]
    if model.kind == "tables":
        row = recipe(card["method"])
        return [*lines, f"{row.title}: {row.composition}", f"cost: {row.cost}", f"good for {row.good_for}"]
    if model.kind == "movements":
        return [*lines, *_moves(card)]
    if network is None:
        return [*lines, "this model has no network: foil fit ... --method neural trains one"]
    try:
        return [*lines, *_told(network)]
    except (KeyError, TypeError, ValueError) as error:
        raise BadModel(
            f"{model.name}: the card's network can't be read ({error!r}); fit the model again with this version of Foil"
        ) from error


def network_of(model: ModelInfo) -> Mapping[str, Any] | None:
    """Return what a model's card says of the network that reads its pictures; None if it has none."""
    network: Mapping[str, Any] | None = model.card.get("network") if model.kind == "pictures" else None
    return network


def _moves(card: Mapping[str, Any]) -> list[str]:
    """Return of which movements a model is, one or several, and what training gave each."""
    who = f" of {card['people']} people" if card["people"] else "; nobody said who moved"
    how = f"{card['window']:g} s at a time" if card["window"] else "each as a whole"
    lines = [f"{card['movements']} movements{who}; {how}, in {card['cells']} steps"]
    for words, one in card.get("cards", {"": card}).items():
        scenes = f"; --scene may show {', '.join(clean(file) for file in one['scenes'])}" if one.get("scenes") else ""
        lines += [f"{clean(words)}: {one['movements']} movements; --text may name it{scenes}"] if words else []
        lines += [clean(one["network"]["why"])] if "network" in one else []
    return lines


def _told(network: Mapping[str, Any]) -> list[str]:
    lines = [
        f"network of size {clean(network['size'])}, {'in use' if network['kept'] else 'not in use'}: "
        f"{network['parameters']:,} parameters, {network['steps']:,} steps in {network['minutes']:g} min",
        *(clean(network[key]) for key in ("why", "calibrated") if key in network),
        "",
        *_gain(network),
    ]
    if network.get("limits"):
        lines += ["", "detection limits: the share of the picture from which a synthetic defect is found half the time"]
        limits = [[f"  {kind}", _limit(limit)] for kind, limit in sorted(network["limits"].items())]
        lines += table(limits).splitlines()
    return [*lines, "", "how loud each modality speaks at each noise level (1: as loud as untrained)", *_gates(network)]


def _gain(network: Mapping[str, Any]) -> list[str]:
    """Return what training gave, the closed form beside the network."""
    before, after = network["closed_form"], network["trained"]
    rows = [["  on synthetic defects held back", "closed form", "network"]]
    rows.append(["  AUROC, %", *(f"{100 * one['auroc']:.1f}" for one in (before, after))])
    rows.append(["  caught at 5 % false alarms, %", *(f"{100 * one['caught']:.0f}" for one in (before, after))])
    rows += [
        [f"  AUROC of {kind}, %", *(f"{100 * one:.1f}" for one in pair)]
        for kind, pair in sorted(network["by_kind"].items())
    ]
    return table(rows).splitlines()


def _limit(share: float | None) -> str:
    return "not known: found always, never, or whatever the size" if share is None else f"{share:.2g} %"


def _gates(network: Mapping[str, Any]) -> list[str]:
    gates = network["gates"]
    last = len(gates["sigmas"]) - 1
    shown = sorted({round(last * row / (ROWS - 1)) for row in range(ROWS)})
    rows = [["  sigma", *COLOURS]]
    rows += [[f"  {gates['sigmas'][at]:.2f}", *(_bar(gates[name][at]) for name in COLOURS)] for at in shown]
    return table(rows).splitlines()


def _bar(gate: float) -> str:
    return f"{gate:.2f} {'█' * round(BAR * min(max(gate / LOUDEST, 0), 1))}"
