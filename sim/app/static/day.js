// A day played back: a sketch of the provinces where there is one, else a strip for each; the numbers stand in a table.
(() => {
  "use strict";
  const { day, words } = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const SIZE = 26, GAP = 6, DOT = 13, DOTS = 8, NS = "http://www.w3.org/2000/svg";
  let plan = day.plans[0], now = day.from, playing = false, last = 0, timer = 0;
  // Of each row: where its lines and those who wait are drawn, where they are told, and its tile.
  let shown = [];

  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
  const clock = (s) => `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}`;
  const element = (name, attributes, text) => {
    const found = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
    if (text) found.textContent = text;
    return found;
  };
  const html = (name, kind, text = "") => {
    const found = document.createElement(name);
    found.className = kind; found.textContent = text;
    return found;
  };
  const picture = (width, height) =>
    element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMinYMin", "aria-hidden": "true" });

  function labels() {
    for (const [id, word] of [["speed-word", "speed"], ["time-word", "time"], ["which-word", "which"], ["key", "key"],
      ["numbers", "numbers"], ["sketch", "sketch"]]) at(id).textContent = words[word];
    for (const times of [60, 300, 900, 1800]) at("speed").add(new Option(fill(words.times, { times }), times, times === 300, times === 300));
    day.plans.forEach((one, number) => at("which").add(new Option(one.name, number)));
    at("which-label").hidden = day.plans.length < 2;
    for (const [text, kind] of [["", ""], [words.lines, ""], [words.waiting, ""], [words.answered, "far"], [words.lost, ""]]) {
      const head = html(text ? "th" : "td", kind, text);
      if (text) head.scope = "col";
      at("heads").append(head);
    }
    Object.assign(at("time"), { min: day.from, max: day.until, value: now });
  }

  // Lines in rows of so many, those who wait as dots behind each other.
  function drawings(row, across, dots) {
    const places = plan.lines.filter((one) => one.row === row).length;
    const wide = Math.max(1, Math.min(places, across)), high = Math.max(1, Math.ceil(places / across));
    return { across, dots, lines: picture(wide * (SIZE + GAP), high * (SIZE + GAP)), waits: picture(dots * DOT + 34, SIZE) };
  }

  function build() {
    at("rows").replaceChildren(); at("map").replaceChildren();
    const sketched = plan.tiles.length > 0;
    at("heads").cells[1].textContent = sketched ? words.lines_taken : words.lines;
    at("map").hidden = at("sketch").hidden = at("numbers").hidden = !sketched;
    shown = plan.rows.map((name, row) => {
      const line = at("rows").insertRow(), head = html("th", "", name);
      head.scope = "row"; line.append(head);
      const cells = ["n", "n", "n far", "n"].map((kind) => Object.assign(line.insertCell(), { className: kind }));
      const drawn = sketched ? drawings(row, 4, 4) : drawings(row, 8, DOTS);
      const told = cells.slice(0, 2).map((cell) => cell.appendChild(html("span", sketched ? "" : "unseen")));
      if (!sketched) { cells[0].append(drawn.lines); cells[1].append(drawn.waits); }
      return { ...drawn, told, counts: cells.slice(2) };
    });
    if (sketched) sketch();
  }

  // Tiles of provinces at their places, one within another, and below them all that is of no province.
  function sketch() {
    const tiles = plan.rows.map((name, row) => {
      const tile = html("div", "tile"), told = html("span", "told");
      tile.append(html("b", "", name.replace(/(vlaan|ant|provin)(?=deren|werpen|cie)/i, "$1\u00AD")), shown[row].lines, shown[row].waits, told);
      Object.assign(shown[row], { tile, words: told });
      return tile;
    });
    const placed = new Set();
    for (const { row, place: [line, column, wide], inside } of plan.tiles) {
      placed.add(row);
      if (inside < 0) {
        tiles[row].style.gridArea = `${line} / ${column} / auto / span ${wide}`;
        at("map").append(tiles[row]);
        continue;
      }
      const around = html("div", "around"), own = html("div", "");
      own.append(...tiles[inside].childNodes);
      around.append(tiles[row], own);
      tiles[inside].append(around);
    }
    let column = 1;
    tiles.forEach((tile, row) => {
      if (placed.has(row)) return;
      tile.style.gridArea = `3 / ${column} / auto / span 2`;
      column = column > 6 ? 1 : column + 2;
      at("map").append(tile);
    });
  }

  function draw() {
    const rows = plan.rows.map(() => ({ waiting: 0, answered: 0, lost: 0, busy: 0, lines: 0 }));
    const taken = new Map();
    let calls = 0;
    for (const [row, dialled, left, released, reached, place, letters] of plan.contacts) {
      if (dialled > now) continue;
      if (dialled >= 0) calls += 1;
      if (left > now) rows[row].waiting += 1;
      else {
        if (left >= 0) rows[row][reached ? "answered" : "lost"] += 1;
        if (place >= 0 && released > now) taken.set(place, [row, letters]);
      }
    }
    drawLines(rows, taken);
    rows.forEach((row, number) => drawRow(row, shown[number]));
    const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
    const text = sum("lines") + sum("waiting") ? words.caption : words.closed;
    at("caption").textContent = fill(text, { time: clock(now), busy: sum("busy"), lines: sum("lines"), waiting: sum("waiting"), calls,
      answered: sum("answered"), lost: sum("lost") });
    at("time").value = now;
    at("time").setAttribute("aria-valuetext", clock(now));
  }

  function drawLines(rows, taken) {
    const seen = plan.rows.map(() => 0);
    for (const one of shown) one.lines.replaceChildren();
    plan.lines.forEach((line, place) => {
      const { lines: svg, across } = shown[line.row], number = seen[line.row]++;
      const x = (number % across) * (SIZE + GAP) + 2, y = Math.floor(number / across) * (SIZE + GAP) + 2;
      const caller = taken.get(place), there = line.duty.some(([start, stop]) => start <= now && now < stop);
      if (caller) rows[line.row].busy += 1;
      if (caller || there) rows[line.row].lines += 1;
      svg.append(element("rect", { x, y, width: SIZE - 2, height: SIZE - 2, rx: 5, class: caller ? "taken" : there ? "free" : "off" }));
      if (caller && caller[0] !== line.row) svg.append(element("text", { x: x + SIZE / 2 - 1, y: y + 16, class: "letters" }, caller[1]));
    });
  }

  function drawRow(row, { waits, dots, told, counts, tile, words: below }) {
    waits.replaceChildren();
    for (let k = 0; k < Math.min(row.waiting, dots); k++) waits.append(element("circle", { cx: k * DOT + 7, cy: SIZE / 2, r: 5, class: "dot" }));
    if (row.waiting > dots) waits.append(element("text", { x: dots * DOT + 4, y: SIZE / 2 + 5, class: "more" }, `+${row.waiting - dots}`));
    told[0].textContent = fill(words.taken, row);
    told[1].textContent = row.waiting;
    counts[0].textContent = row.answered;
    counts[1].textContent = row.lost;
    if (!tile) return;
    tile.classList.toggle("busy", row.waiting > 0);
    below.textContent = row.waiting ? fill(row.waiting === 1 ? words.waits_one : words.waits, row) : "";
  }

  function set(on) {
    playing = on && now < day.until;
    at("play").textContent = playing ? words.pause : words.play;
    at("caption").setAttribute("aria-live", playing ? "off" : "polite");
    clearInterval(timer);
    if (!playing) return;
    last = performance.now();
    // Without motion, where that is wished for: a new picture every other second.
    if (still) timer = setInterval(() => forward(performance.now()), 2000);
    else requestAnimationFrame(frame);
  }

  function forward(when) {
    now = Math.min(day.until, now + (when - last) / 1000 * Number(at("speed").value));
    last = when;
    draw();
    if (now >= day.until) set(false);
  }

  function frame(when) {
    if (!playing || still) return;
    if (when - last >= 50) forward(when);
    if (playing) requestAnimationFrame(frame);
  }

  at("play").addEventListener("click", () => { if (!playing && now >= day.until) now = day.from; set(!playing); });
  at("time").addEventListener("input", () => { now = Number(at("time").value); draw(); });
  at("which").addEventListener("change", () => { plan = day.plans[Number(at("which").value)]; build(); draw(); });
  labels(); build(); draw(); set(false);
  // Within the planner's page: as high as it is, so that nothing scrolls within something that scrolls.
  const fit = () => { if (window.frameElement) window.frameElement.style.height = `${at("main").scrollHeight + 40}px`; };
  new ResizeObserver(fit).observe(at("main"));
})();
