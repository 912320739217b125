// What happens on the page. The state is the address after the #, so that a view can be linked to.

const data = JSON.parse(document.getElementById("data").textContent);
const entries = data.codes;
const find = (id) => document.getElementById(id);
const body = find("codes").tBodies[0];
const rows = [...body.rows];
const indexOf = new Map(entries.map((entry, index) => [entry.key, index]));
let state = parseState(location.hash);
let shown = [];

/** Return an element with text or elements inside; text never becomes markup. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

/** Change the state by some members, and show what it is then. */
function change(members) {
  state = { ...state, fault: "", ...members };
  // Assigning to location.hash would fill the history with every letter that is typed.
  history.replaceState(null, "", `#${formatState(state)}`);
  refresh("code" in members && Object.keys(members).length === 1);
}

/** Show the codes of the state, unless only the code that is looked at has changed. */
function refresh(onlyCode = false) {
  if (!onlyCode) {
    showRows();
    showFrontier();
  }
  showCode();
}

function showRows() {
  const order = ordered(entries, state);
  shown = order.filter((index) => accepts(entries[index], state));
  const visible = new Set(shown);
  rows.forEach((row, index) => { row.hidden = !visible.has(index); });
  body.append(...order.map((index) => rows[index]));
  document.querySelectorAll("th[data-sort]").forEach((head) => {
    const rising = SORTS[state.sort] === state.reverse;
    const told = head.dataset.sort === state.sort && (rising ? "ascending" : "descending");
    head.setAttribute("aria-sort", told || "none");
  });
  const fault = state.fault ? `; condition not understood: ${state.fault}` : "";
  find("told").textContent = `${shown.length} of ${entries.length} codes shown${fault}`;
}

function showFrontier() {
  const held = shown.map((index) => entries[index]).filter((entry) => entry.k > 0);
  find("frontier").replaceChildren();
  find("legend").replaceChildren();
  if (!held.length) return;
  const mark = (point, entry) => {
    point.dataset.key = entry.key;
    point.addEventListener("mouseenter", () => { find("pointed").textContent = entry.label; });
    point.addEventListener("click", () => change({ code: entry.key.slice(0, 12) }));
  };
  find("frontier").append(frontierPicture(held, mark));
  const colours = [...coloursOf(held.map((entry) => entry.k))];
  const every = Math.ceil(colours.length / 12);
  colours.filter((_, i) => i % every === 0).forEach(([k, fill]) => {
    const dot = svg("svg", { viewBox: "0 0 10 10" }, svg("circle", { cx: 5, cy: 5, r: 4, fill }));
    find("legend").append(make("span", {}, dot, ` k = ${k}`));
  });
}

/** Return the index of the code that is looked at, -1 for none. */
function selected() {
  if (!state.code) return -1;
  return indexOf.get(state.code) ?? entries.findIndex((entry) => entry.key.startsWith(state.code));
}

function showCode() {
  const index = selected();
  rows.forEach((row, i) => row.classList.toggle("selected", i === index));
  document.querySelectorAll("#frontier circle").forEach((point) => {
    point.classList.toggle("selected", index >= 0 && point.dataset.key === entries[index].key);
  });
  if (index < 0) return;
  rows[index].scrollIntoView({ block: "nearest" });
  const entry = entries[index];
  const facts = entry.facts.flatMap(([name, words]) =>
    [make("dt", {}, name), make("dd", {}, words)]);
  find("code").replaceChildren(
    make("h2", {}, entry.label), make("dl", {}, ...facts), ...countsTable(entry.counts),
    ...drawings(entry), ...downloads(entry),
  );
}

/** Return a table of logical errors, or nothing if none were counted. */
function countsTable(counts) {
  if (!counts.length) return [];
  const line = (kind, cells) => make("tr", {}, ...cells.map((cell) => make(kind, {}, cell)));
  const head = make("thead", {}, line("th", data.counted));
  const held = make("tbody", {}, ...counts.map((cells) => line("td", cells)));
  const caption = make("caption", {}, "Logical errors counted in simulations");
  return [make("div", { class: "wide" }, make("table", {}, caption, head, held))];
}

/** Return the drawings of a code, or why there are none. */
function drawings(entry) {
  if (!entry.code) return [make("p", {}, "Its matrices were left out, to keep this file small.")];
  const code = expanded(entry.code);
  const places = placesOf(entry, code);
  const figure = (words, drawn) => make("figure", {}, make("figcaption", {}, words), drawn);
  const held = entry.witness.x.length + entry.witness.z.length;
  const words = "Tanner graph: squares check circles, which are qubits; X red, Z blue, Y green"
    + (held ? "; yellow: the logical operator above" : "");
  return [
    ...(places ? [figure(words, tannerPicture(entry, code, places))] : []),
    figure("Checks, a row each; X red, Z blue, Y green", checksPicture(entry, code)),
  ];
}

/** Return a button for each file of a code; the file is made when it is asked for. */
function downloads(entry) {
  const save = ({ name, text }) => {
    const link = make("a", { download: name });
    link.href = URL.createObjectURL(new Blob([text()], { type: "text/plain" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const buttons = filesOf(entry).map((file) => {
    const button = make("button", { type: "button", title: file.name }, file.label);
    button.addEventListener("click", () => save(file));
    return button;
  });
  if (!buttons.length) return [];
  const why = entry.no_challenge ? [make("p", {}, `No challenge JSON: ${entry.no_challenge}`)] : [];
  return [make("div", { class: "downloads" }, make("h3", {}, "Download"), ...buttons, ...why)];
}

/** Give headers their buttons, for which the page as written has no use. */
function prepareHeaders() {
  document.querySelectorAll("th[data-sort]").forEach((head) => {
    const button = make("button", { type: "button" }, ...head.childNodes);
    const sort = head.dataset.sort;
    button.addEventListener("click", () =>
      change({ sort, reverse: state.sort === sort && !state.reverse }));
    head.replaceChildren(button);
  });
}

/** Return what is typed into a number field, null for nothing. */
function typed(field) {
  return field.value === "" ? null : Number(field.value);
}

function prepareFilters() {
  const form = find("filters");
  const families = [...new Set(entries.map((entry) => entry.family))].filter(Boolean).sort();
  form.family.append(...families.map((family) => make("option", {}, family)));
  form.hidden = false;
  form.addEventListener("input", () => change({
    bounds: Object.fromEntries(BOUNDED.map((name) =>
      [name, [typed(form[`${name}-least`]), typed(form[`${name}-most`])]])),
    family: form.family.value, text: form.text.value,
  }));
  form.addEventListener("reset", () => change({ ...freshState(), code: state.code }));
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** Write the state into the fields of the filters. */
function fillFilters() {
  const form = find("filters");
  BOUNDED.forEach((name) => ["least", "most"].forEach((side, i) => {
    form[`${name}-${side}`].value = state.bounds[name][i] ?? "";
  }));
  form.family.value = state.family;
  form.text.value = state.text;
}

/** Move along the codes shown by the arrow keys, in the order of the table. */
function step(event) {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || !shown.length) return;
  event.preventDefault();
  const place = shown.indexOf(selected());
  const next = shown[Math.max(0, Math.min(shown.length - 1, place + by))];
  change({ code: entries[next].key.slice(0, 12) });
  find("pointed").textContent = entries[next].label;
}

function follow() {
  state = parseState(location.hash);
  fillFilters();
  refresh();
}

prepareHeaders();
prepareFilters();
find("plot").hidden = false;
find("plot").addEventListener("keydown", step);
body.addEventListener("click", (event) => {
  const row = event.target.closest("tr");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change({ code: entries[rows.indexOf(row)].key.slice(0, 12) });
});
addEventListener("hashchange", follow);
follow();
