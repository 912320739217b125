// Pictures as SVG elements: a Tanner graph, the checks as a matrix, codes as points. Text gets into
// them by textContent alone.

/** Okabe and Ito's vermilion for X, blue for Z and green for Y, as in all plots. */
const PAULI = { X: "#D55E00", Z: "#0072B2", Y: "#009E73", mixed: "#CC79A7" };

/** Return an SVG element with attributes and children, text or elements. */
function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

/** Return an SVG picture with what it shows in words. */
function picture(width, height, words, ...children) {
  const size = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words };
  return svg("svg", size, ...children);
}

/** Return a Tanner graph: qubits as circles (those of the witness filled), checks as squares. */
function tannerPicture(entry, code, places) {
  const all = [...places.qubits, ...places.checks];
  const [xs, ys] = [0, 1].map((axis) => all.map((place) => place[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const spans = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = Math.min(60, 600 / Math.max(...spans, 1e-6));
  const to = ([x, y]) => [20 + scale * (x - left), 20 + scale * (y - top)];
  const radius = Math.max(1.5, Math.min(8, 90 / Math.sqrt(all.length)));
  const witness = new Set([...entry.witness.x, ...entry.witness.z]);
  const edges = { X: "", Y: "", Z: "" };
  const squares = paulis(code).map((check, i) => {
    const terms = letters(check);
    const kinds = [...new Set(terms.map(([, letter]) => letter))];
    const place = to(places.checks[i]);
    terms.forEach(([qubit, letter]) => {
      edges[letter] += edgePath(place, to(places.qubits[qubit]), places.grid && 1.01 * scale);
    });
    const fill = PAULI[kinds.length === 1 ? kinds[0] : "mixed"];
    const [x, y] = place.map((v) => v - radius);
    return svg("rect", { x, y, width: 2 * radius, height: 2 * radius, fill });
  });
  const circles = places.qubits.map(to).map(([cx, cy], qubit) => svg("circle",
    { cx, cy, r: radius, class: witness.has(qubit) ? "qubit witness" : "qubit" },
    svg("title", {}, `qubit ${qubit}`)));
  const lines = Object.entries(edges).map(([letter, d]) =>
    svg("path", { d, stroke: PAULI[letter], class: "edge" }));
  const [width, height] = spans.map((span) => 40 + scale * span);
  return picture(width, height, `Tanner graph of ${entry.label}`, ...lines, ...squares, ...circles);
}

/** Return the path of an edge, bent if it is longer than `straight`, so that none hides another. */
function edgePath([x1, y1], [x2, y2], straight) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  if (!straight || Math.hypot(dx, dy) <= straight) return `M${x1} ${y1}L${x2} ${y2}`;
  const [mx, my] = [(x1 + x2) / 2 - 0.24 * dy, (y1 + y2) / 2 + 0.24 * dx];
  return `M${x1} ${y1}Q${mx} ${my} ${x2} ${y2}`;
}

/** Most squares of a picture of checks; in larger ones each stands for several entries. */
const MOST_MARKS = 4000;

/** Return the squares of checks drawn together `merged` by `merged`: for each letter a set. */
function marksOf(checks, columns, merged) {
  const marks = { X: new Set(), Z: new Set(), Y: new Set() };
  checks.forEach((terms, row) => terms.forEach(([qubit, letter]) => {
    marks[letter].add(Math.floor(row / merged) * columns + Math.floor(qubit / merged));
  }));
  return marks;
}

/** Return the checks as a matrix: one row a check, one column a qubit. */
function checksPicture(entry, code) {
  const checks = paulis(code).map(letters);
  let merged = 0, columns, marks;
  do {
    merged += 1;
    columns = Math.ceil(code.n / merged);
    marks = marksOf(checks, columns, merged);
  } while (marks.X.size + marks.Z.size + marks.Y.size > MOST_MARKS);
  const rows = Math.max(1, Math.ceil(checks.length / merged));
  const paths = Object.entries(marks).map(([letter, held]) => {
    const d = [...held].map((i) => `M${i % columns} ${Math.floor(i / columns) + 0.5}h1`).join("");
    return svg("path", { d, stroke: PAULI[letter], "stroke-width": 1 });
  });
  const words = `the ${checks.length} checks of ${entry.label}, a row each`;
  const drawn = picture(columns, rows, words, ...paths);
  drawn.setAttribute("class", "checks");
  const size = Math.min(8, 640 / columns, 400 / rows);
  drawn.setAttribute("width", Math.max(1, Math.round(size * columns)));
  return drawn;
}

/** Return the colours of numbers of logical qubits: from violet for the fewest to yellow. */
function coloursOf(ks) {
  const held = [...new Set(ks)].sort((a, b) => a - b);
  return new Map(held.map((k, i) => {
    const share = held.length > 1 ? i / (held.length - 1) : 0;
    return [k, `hsl(${(250 + 155 * share) % 360} 75% ${38 + 14 * share}%)`];
  }));
}

/** Return codes with a greater proved distance than all of their k that are as short, by n. */
function frontierOf(entries) {
  const found = [];
  [...entries].sort((a, b) => a.n - b.n || b.d - a.d).forEach((entry) => {
    if (!found.length || entry.d > found[found.length - 1].d) found.push(entry);
  });
  return found;
}

/** Return round numbers that divide an axis from 0 or 1 to `most`. */
function ticksOf(most, logarithmic) {
  if (logarithmic) return [1, 2, 5].flatMap((b) => [0, 1, 2, 3, 4].map((e) => b * 10 ** e));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => most / s <= 8) ?? 2000;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Return the lines and numbers of both axes. */
function axesOf(to, [low, high], most) {
  const held = ticksOf(high, true).filter((n) => n >= low && n <= high);
  const upright = held.flatMap((n) => {
    const [x, y] = to(n, 0);
    return [svg("line", { x1: x, x2: x, y1: 20, y2: y, class: "grid" }),
            svg("text", { x, y: y + 16, "text-anchor": "middle" }, String(n))];
  });
  const level = ticksOf(most, false).flatMap((d) => {
    const [x, y] = to(low, d);
    return [svg("line", { x1: x, x2: 620, y1: y, y2: y, class: "grid" }),
            svg("text", { x: x - 6, y: y + 4, "text-anchor": "end" }, String(d))];
  });
  const names = [svg("text", { x: 620, y: 356, "text-anchor": "end" }, "qubits n"),
                 svg("text", { x: 4, y: 12 }, "distance d")];
  return [...upright, ...level, ...names];
}

/** Draw codes as points, n against the proved d, coloured by k, with a frontier for each k. A line
 * leads up from a distance that is not proved to what it may be. `mark(point, entry)` adds to each
 * point what happens at it. */
function frontierPicture(entries, mark) {
  const low = Math.min(...entries.map((e) => e.n)) * 0.9;
  const high = Math.max(...entries.map((e) => e.n)) * 1.1;
  const most = Math.max(1, ...entries.map((e) => e.dmax));
  const to = (n, d) => [40 + (580 * Math.log(n / low)) / Math.log(high / low),
                        320 - (300 * d) / most];
  const colours = coloursOf(entries.map((e) => e.k));
  const steps = [...colours].map(([k, stroke]) => {
    const corners = frontierOf(entries.filter((e) => e.k === k)).map((e) => to(e.n, e.d));
    const path = corners.map(([x, y], i) => (i ? `H${x}V${y}` : `M${x} ${y}`)).join("");
    return svg("path", { d: path, stroke, class: "frontier" });
  });
  const open = entries.filter((e) => e.dmax > e.d).map((e) => {
    const [[x, y1], [, y2]] = [to(e.n, e.d), to(e.n, e.dmax)];
    return svg("line", { x1: x, x2: x, y1, y2, stroke: colours.get(e.k), class: "open" });
  });
  const points = entries.map((e) => {
    const [cx, cy] = to(e.n, e.d);
    const fill = colours.get(e.k);
    const point = svg("circle", { cx, cy, r: 4, fill }, svg("title", {}, e.label));
    mark(point, e);
    return point;
  });
  const words = `${entries.length} codes, distance against qubits`;
  return picture(640, 360, words, ...axesOf(to, [low, high], most), ...steps, ...open, ...points);
}
