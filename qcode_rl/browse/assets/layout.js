// Where the nodes of a Tanner graph stand: on a grid where the code has one, else by springs.
// Each function returns {qubits, checks, grid}, places [x, y] with y growing downwards, checks
// being those of X type before those of Z type. Nothing here touches the page.

/** Return all places of a grid, row by row. */
function gridOf(downwards, across) {
  return downwards.flatMap((y) => across.map((x) => [x, y]));
}

/** Return the bits (0 to n - 1) and checks (from n) of a factor in turn, if they make a path or a
 * cycle, however they are numbered; else null. */
function chainOf({ n, checks }) {
  const near = [...transposed(checks, n).map((held) => held.map((i) => n + i)), ...checks];
  if (near.length < 2 || near.some((held) => held.length > 2)) return null;
  const end = near.findIndex((held) => held.length === 1);
  const walked = [Math.max(end, 0)];
  const seen = new Set(walked);
  for (let node = walked[0]; node !== undefined;) {
    node = near[node].find((next) => !seen.has(next));
    if (node !== undefined) walked.push(node);
    seen.add(node);
  }
  return walked.length === near.length ? walked : null;
}

/** Return where bits and checks of a factor stand on a line: in turn if they make a chain. */
function factorPlaces(factor) {
  const { n, checks } = factor;
  const places = [...Array(n).keys(), ...checks.map((_, i) => n + 1 + i)];
  chainOf(factor)?.forEach((node, step) => { places[node] = step / 2; });
  return [places.slice(0, n), places.slice(n)];
}

/** Place a hypergraph product on the grid that bits and checks of its factors span. */
function productPlaces([first, second]) {
  const [bits1, checks1] = factorPlaces(first);
  const [bits2, checks2] = factorPlaces(second);
  return {
    qubits: [...gridOf(bits1, bits2), ...gridOf(checks1, checks2)],
    checks: [...gridOf(checks1, bits2), ...gridOf(bits1, checks2)],
    grid: true,
  };
}

/** Place a bivariate bicycle code on its torus, one cell of four nodes a shift. */
function torusPlaces([l, m]) {
  const cells = (dx, dy) => [...Array(l * m).keys()].map((shift) =>
    [Math.floor(shift / m) + dx, (shift % m) + dy]);
  return {
    qubits: [...cells(0, 0), ...cells(0.5, 0.5)],
    checks: [...cells(0.5, 0), ...cells(0, 0.5)],
    grid: true,
  };
}

/** Place a code whose checks each lie in a cell of a square patch of qubits; null for others. */
function patchPlaces(n, supports) {
  const size = Math.round(Math.sqrt(n));
  if (size < 2 || size * size !== n) return null;
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  const out = (values) => (values.every((v) => v === 0) ? -0.5 : 0)
    + (values.every((v) => v === size - 1) ? 0.5 : 0);
  const checks = [];
  for (const support of supports) {
    const rows = support.map((qubit) => Math.floor(qubit / size));
    const columns = support.map((qubit) => qubit % size);
    const spans = [rows, columns].map((held) => Math.max(...held) - Math.min(...held));
    if (!support.length || Math.max(...spans) > 1) return null;
    const rim = support.length === 2;  // half a cell, which reaches out of the patch
    checks.push([middle(columns) + rim * out(columns), middle(rows) + rim * out(rows)]);
  }
  const line = [...Array(size).keys()];
  return { qubits: gridOf(line, line), checks, grid: true };
}

/** Place nodes by springs along the edges (Fruchterman and Reingold), always the same way. */
function springPlaces(n, supports, steps = 150) {
  const count = n + supports.length;
  const edges = supports.flatMap((support, i) => support.map((qubit) => [n + i, qubit]));
  const turn = (i) => 2.399963 * i;  // the golden angle, so that no two start alike
  const at = Array.from({ length: count }, (_, i) =>
    [Math.sqrt(i + 1) * Math.cos(turn(i)), Math.sqrt(i + 1) * Math.sin(turn(i))]);
  const pull = (moves, a, b, force) => {
    const [dx, dy] = [at[a][0] - at[b][0], at[a][1] - at[b][1]];
    const distance = Math.hypot(dx, dy) || 1e-6;
    const share = force(distance) / distance;
    moves[a][0] += share * dx; moves[a][1] += share * dy;
    moves[b][0] -= share * dx; moves[b][1] -= share * dy;
  };
  for (let step = 0; step < steps; step += 1) {
    const moves = at.map(() => [0, 0]);
    for (let a = 0; a < count; a += 1) {
      for (let b = 0; b < a; b += 1) pull(moves, a, b, (distance) => 1 / distance);
    }
    edges.forEach(([a, b]) => pull(moves, a, b, (distance) => -distance * distance));
    const longest = Math.sqrt(count) * 0.2 * (1 - step / steps);
    moves.forEach(([dx, dy], i) => {
      const share = Math.min(1, longest / (Math.hypot(dx, dy) || 1));
      at[i] = [at[i][0] + share * dx, at[i][1] + share * dy];
    });
  }
  return { qubits: at.slice(0, n), checks: at.slice(n), grid: false };
}

/** Most nodes of a drawing on a grid, and by springs, which take the square of that in time. */
const MOST_NODES = { grid: 1000, springs: 350 };

/** Return the places of a code's Tanner graph; null if it has more nodes than can be told apart. */
function placesOf(entry, code) {
  const supports = paulis(code).map((check) => letters(check).map(([qubit]) => qubit));
  const count = code.n + supports.length;
  if (count > MOST_NODES.grid) return null;
  if (entry.code.product) return productPlaces(entry.code.product);
  if (entry.torus) return torusPlaces(entry.torus);
  const patch = code.x_part ? null : patchPlaces(code.n, supports);
  return patch ?? (count > MOST_NODES.springs ? null : springPlaces(code.n, supports));
}
