// The checks of a code, and the files that can be made of them. Nothing here touches the page.

/** Return for each of `width` columns the rows that meet it, of a matrix of sparse rows. */
function transposed(rows, width) {
  const columns = Array.from({ length: width }, () => []);
  rows.forEach((row, i) => row.forEach((j) => columns[j].push(i)));
  return columns;
}

/** Return a code with its checks written out, which for a product follow from its factors:
 * HX = [H1 x I | I x H2^T] and HZ = [I x H2 | H1^T x I]. */
function expanded(code) {
  if (!code.product) return code;
  const [{ n: n1, checks: h1 }, { n: n2, checks: h2 }] = code.product;
  const m2 = h2.length;
  const block = n1 * n2;
  const columns1 = transposed(h1, n1);
  const columns2 = transposed(h2, n2);
  const x_checks = h1.flatMap((row, i) => columns2.map((column, j) =>
    [...row.map((a) => a * n2 + j), ...column.map((b) => block + i * m2 + b)]));
  const z_checks = columns1.flatMap((column, i) => h2.map((row, j) =>
    [...row.map((b) => i * n2 + b), ...column.map((a) => block + a * m2 + j)]));
  return { n: block + h1.length * m2, x_checks, z_checks };
}

/** Return each check of an expanded code as {x, z}: where its X and Z parts act (a Y is both). */
function paulis(code) {
  if (code.x_part) return code.x_part.map((x, i) => ({ x, z: code.z_part[i] }));
  return [...code.x_checks.map((x) => ({ x, z: [] })), ...code.z_checks.map((z) => ({ x: [], z }))];
}

/** Return the letters of one check as [qubit, letter], by qubit. */
function letters({ x, z }) {
  const found = new Map(x.map((qubit) => [qubit, "X"]));
  z.forEach((qubit) => found.set(qubit, found.has(qubit) ? "Y" : "Z"));
  return [...found].sort((a, b) => a[0] - b[0]);
}

/** Return JSON as Python writes it, so that a file is the same whoever made it. */
function dumps(value) {
  if (Array.isArray(value)) return `[${value.map(dumps).join(", ")}]`;
  if (value && typeof value === "object") {
    const members = Object.entries(value).map(([name, held]) => `${dumps(name)}: ${dumps(held)}`);
    return `{${members.join(", ")}}`;
  }
  const hex = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, hex);
}

/** Return JSON of sparse supports; of a code that is not CSS, of Pauli strings. */
function supportsText(code) {
  if (!code.x_part) return `${dumps(code)}\n`;
  const word = (check) => {
    const spelt = Array(code.n).fill("I");
    letters(check).forEach(([qubit, letter]) => { spelt[qubit] = letter; });
    return spelt.join("");
  };
  return `${dumps({ n: code.n, pauli_checks: paulis(code).map(word) })}\n`;
}

/** Return MacKay's alist of sparse rows: degrees, then each column and row, from 1, padded. */
function alistText(rows, width, symplectic = false) {
  const lists = [transposed(rows, width), rows];
  const degrees = lists.map((held) => held.map((entry) => entry.length));
  const widths = degrees.map((held) => held.reduce((a, b) => Math.max(a, b), 0));
  const lines = [`${width} ${rows.length}`, widths.join(" "), ...degrees.map((d) => d.join(" "))];
  lists.forEach((held, side) => held.forEach((entry) => {
    const padding = Array(Math.max(widths[side], 1) - entry.length).fill(0);
    lines.push([...entry.map((i) => i + 1), ...padding].join(" "));
  }));
  if (symplectic) lines.push("# symplectic rows [X|Z]");
  return `${lines.join("\n")}\n`;
}

/** Return a stim circuit that measures the checks. */
function stimText(code) {
  const lines = Array.from({ length: code.n }, (_, qubit) => `QUBIT_COORDS(${qubit}) ${qubit}`);
  paulis(code).forEach((check) => {
    const terms = letters(check).map(([qubit, letter]) => letter + qubit);
    lines.push(terms.length ? `MPP ${terms.join("*")}` : "MPAD 0");
  });
  return `${lines.join("\n")}\n`;
}

/** Return JSON of the public challenge; all but the checks was prepared with the page. */
function challengeText(entry, code) {
  const held = (rows) => rows.filter((row) => row.length);
  const checks = { X: held(code.x_checks), Z: held(code.z_checks) };
  return `${dumps({ ...entry.challenge, checks })}\n`;
}

/** Return the files of a code whose checks are on the page, each {label, name, text()}. */
function filesOf(entry) {
  if (!entry.code) return [];
  const code = expanded(entry.code);
  const file = (label, suffix, text) => ({ label, name: entry.stem + suffix, text });
  const symplectic = () => paulis(code).map(({ x, z }) => [...x, ...z.map((j) => code.n + j)]);
  const alists = code.x_part
    ? [file("alist of [X|Z]", ".alist", () => alistText(symplectic(), 2 * code.n, true))]
    : [file("alist of Hx", "X.alist", () => alistText(code.x_checks, code.n)),
       file("alist of Hz", "Z.alist", () => alistText(code.z_checks, code.n))];
  const challenge = () => challengeText(entry, code);
  return [
    file("JSON", ".json", () => supportsText(code)),
    ...(entry.challenge ? [file("challenge JSON", ".challenge.json", challenge)] : []),
    ...alists,
    file("stim", ".stim", () => stimText(code)),
  ];
}
