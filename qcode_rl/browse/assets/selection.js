// Which codes are shown, in which order, and how the address of the page tells it:
// #sort=d&where=k>=4 and w<=6&family=hgp&text=words&code=KEY. Nothing here touches the page.

/** Numbers that can be bounded. */
const BOUNDED = ["n", "k", "d", "w", "q"];
/** What can be sorted by, and for each whether the greatest comes first. */
const SORTS = {
  code: false, n: false, k: true, d: true, w: false, q: false, kd2n: true,
  family: false, created: true, catalogue: false, key: false,
};

/** Return the state in which every code is shown, best first. */
function freshState() {
  const bounds = Object.fromEntries(BOUNDED.map((name) => [name, [null, null]]));
  return { sort: "kd2n", reverse: false, bounds, family: "", text: "", code: "", fault: "" };
}

/** Narrow a state's bounds by a condition such as `k>=4 and d<9 and family='hgp'`; what is not
 * understood goes to `fault`. */
function narrow(state, condition) {
  condition.split(/\s+and\s+/i).forEach((part) => {
    const number = part.match(/^\s*([nkdwq])\s*(<=|>=|==?|<|>)\s*([0-9]{1,9})\s*$/);
    const family = part.match(/^\s*family\s*==?\s*(?:'([^']*)'|"([^"]*)")\s*$/);
    if (family) state.family = family[1] ?? family[2];
    if (!number && !family) state.fault = part.trim();
    if (!number) return;
    const [name, relation, limit] = [number[1], number[2], Number(number[3])];
    const [low, high] = state.bounds[name];
    const least = { ">=": limit, ">": limit + 1, "=": limit, "==": limit }[relation];
    const most = { "<=": limit, "<": limit - 1, "=": limit, "==": limit }[relation];
    state.bounds[name] = [
      least === undefined ? low : Math.max(least, low ?? least),
      most === undefined ? high : Math.min(most, high ?? most),
    ];
  });
}

/** Return the state that the part of an address after # tells; what it does not tell is fresh. */
function parseState(fragment) {
  const told = new URLSearchParams(fragment.replace(/^#/, ""));
  const state = freshState();
  if (Object.hasOwn(SORTS, told.get("sort") ?? "")) state.sort = told.get("sort");
  state.reverse = told.get("reverse") === "1";
  ["family", "text", "code"].forEach((name) => { state[name] = told.get(name) ?? ""; });
  if (told.get("where")) narrow(state, told.get("where"));
  return state;
}

/** Return the fragment that tells a state: `parseState` gives the state back. */
function formatState(state) {
  const where = BOUNDED.flatMap((name) => {
    const [low, high] = state.bounds[name];
    if (low !== null && low === high) return [`${name}=${low}`];
    return [
      ...(low === null ? [] : [`${name}>=${low}`]),
      ...(high === null ? [] : [`${name}<=${high}`]),
    ];
  }).join(" and ");
  const told = {
    sort: state.sort === "kd2n" ? "" : state.sort, reverse: state.reverse ? "1" : "",
    where, family: state.family, text: state.text, code: state.code,
  };
  return new URLSearchParams(Object.entries(told).filter(([, value]) => value)).toString();
}

/** Return the text in which a code's words are looked for. */
function haystack(entry) {
  const facts = entry.facts.map(([name, value]) => `${name} ${value}`);
  return [entry.label, entry.key, ...facts].join("\n").toLowerCase();
}

/** Say whether a code is shown in a state. */
function accepts(entry, state) {
  const inside = BOUNDED.every((name) => {
    const [low, high] = state.bounds[name];
    return (low === null || entry[name] >= low) && (high === null || entry[name] <= high);
  });
  if (!inside || (state.family && entry.family !== state.family)) return false;
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  entry.haystack ??= words.length ? haystack(entry) : undefined;
  return words.every((word) => entry.haystack.includes(word));
}

/** Return the indices of all codes in the order of a state; equals stay best first. */
function ordered(entries, state) {
  const name = state.sort === "code" ? "label" : state.sort;
  const sign = SORTS[state.sort] === state.reverse ? 1 : -1;
  const rank = (a, b) => (a < b ? -1 : Number(a > b));
  const indices = entries.map((_, index) => index);
  return indices.sort((a, b) => sign * rank(entries[a][name], entries[b][name]) || a - b);
}
