"""What the requests came to, as the paper's tables: rows, summaries, Markdown."""

import math
from typing import Any

from he_liu import Request, TableRow, limit, remark

Results = dict[Request, dict[str, Any]]


def as_row(row: TableRow, result: dict[str, Any], known_problems: list[str]) -> dict[str, Any]:
    """Return a row of a table with what was found for its request."""
    agent = result["agent"]
    ours = agent["n"]
    values = {
        "table": row.table,
        "request": row.request._asdict(),
        "about": row.about,
        "paper": row.paper,
        "ours": ours,
        "label": agent["label"],
        "key": agent["key"],
        "annealing": result["annealing"]["n"],
        "annealing_edges": result["annealing-edges"]["n"],
        "limit": limit(row.request),
        "ratio": ours and round(ours / row.paper, 4),
        "remark": remark(row, ours, known_problems),
        "evaluations": agent["evaluations"],
        "seconds": agent["seconds"],
    }
    if row.base is not None:
        values |= {"added_paper": row.paper - row.base, "added": ours and ours - row.base}
    return values


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Count where the rows stand that are not trivial, and take the mean of the ratios."""
    rows = [row for row in rows if not Request(**row["request"]).trivial]
    found = [row for row in rows if row["ours"] is not None]
    logs = [math.log(row["ours"] / row["paper"]) for row in found]
    return {
        "rows": len(rows),
        "geometric_mean": round(math.exp(sum(logs) / len(logs)), 4) if logs else None,
        "below": sum(row["ours"] < row["paper"] for row in found),
        "equal": sum(row["ours"] == row["paper"] for row in found),
        "above": sum(row["ours"] > row["paper"] for row in found),
        "none_found": len(rows) - len(found),
        "at_limit": sum(row["ours"] == row["limit"] for row in found),
        **{name: against(found, name) for name in ("annealing", "annealing_edges")},
    }


def against(rows: list[dict[str, Any]], name: str) -> dict[str, int]:
    """Count where the agent's code is shorter than an annealer's, as long, longer."""
    other = [row[name] or math.inf for row in rows]
    pairs = list(zip((row["ours"] for row in rows), other, strict=True))
    return {
        "shorter": sum(ours < theirs for ours, theirs in pairs),
        "as_long": sum(ours == theirs for ours, theirs in pairs),
        "longer": sum(ours > theirs for ours, theirs in pairs),
    }


def summaries(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return a summary of every table, and of every limit pair of Table II."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        request = row["request"]
        groups.setdefault(f"{row['table']} ({request['w']},{request['q']})", []).append(row)
    return {name: summary(group) for name, group in groups.items()}


def as_markdown(rows: list[dict[str, Any]], settings: str, source: str) -> str:
    """Return all tables as one readable document."""
    lines = [
        "# Tables of He & Liu with qcode-rl",
        "",
        f"Paper: {source}. {settings}",
        "",
        "n is the number of qubits of the square hypergraph product with k logical qubits and",
        "distance d, proved for ours. Annealing had as many evaluations, over the same sizes. The",
        "limit is what no such product undercuts: that of the shortest binary linear code.",
    ]
    for name, values in summaries(rows).items():
        table = name.split()[0]
        part = [row for row in rows if f"({row['request']['w']},{row['request']['q']})" in name]
        part = [row for row in part if row["table"] == table]
        lines += ["", f"## Table {name}", "", told(values), "", *_table(part)]
    return "\n".join(lines) + "\n"


def told(values: dict[str, Any]) -> str:
    """Return a summary as two sentences."""
    annealing, edges = values["annealing"], values["annealing_edges"]
    return (
        f"{values['rows']} rows that are not trivial: geometric mean ours/paper "
        f"{values['geometric_mean']}; {values['below']} below the paper's n, {values['equal']} "
        f"equal, {values['above']} above, {values['none_found']} without a code; "
        f"{values['at_limit']} at the limit. Against annealing {annealing['shorter']} shorter, "
        f"{annealing['as_long']} as long, {annealing['longer']} longer; against annealing of edges "
        f"{edges['shorter']}, {edges['as_long']}, {edges['longer']}."
    )


def _table(rows: list[dict[str, Any]]) -> list[str]:
    added = ["added (paper)", "added (ours)"] if "added" in rows[0] else []
    about = [] if rows[0]["table"] == "II" else ["from"]
    head = [*about, "k", "d", "n (paper)", "n (ours)", "ratio", *added, "annealing"]
    head += ["annealing of edges", "limit", "code", "key", "evaluations", "seconds", "remark"]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        cells = [row["about"]] if about else []
        cells += [row["request"]["k"], row["request"]["d"], row["paper"], row["ours"], row["ratio"]]
        cells += [row["added_paper"], row["added"]] if added else []
        cells += [row["annealing"], row["annealing_edges"], row["limit"], row["label"]]
        cells += [row["key"] and row["key"][:12], f"{row['evaluations']:,}", row["seconds"]]
        lines.append(_line([*cells, row["remark"]]))
    return lines


def _line(cells: list[Any]) -> str:
    return "| " + " | ".join("-" if cell is None else str(cell) for cell in cells) + " |"
