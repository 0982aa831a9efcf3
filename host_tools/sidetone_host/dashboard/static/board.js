// The wall board: one tile a device, moved by server-sent events. Text reaches the page only as text nodes, never as markup.
"use strict";

const STALE_MS = 6000; // `live` comes once a second: six missed in a row is a device that says nothing
const LOST_MS = 6000; // the stream says something every 2 s: three missed is a lost connection
const HELP_MS = 120000; // a call for help stays on its tile so long after the button was pressed
const TICK_MS = 500;
const MEDIUM_FROM = 25; // devices: from here the tiles lose their small print …
const DENSE_FROM = 81; // … from here they show lamps, the worst of them in words, or the phase …
const DENSEST_FROM = 201; // … and from here all that in so little room that 300 fit a television
const LEVEL_LOW_DBFS = -50, LEVEL_HIGH_DBFS = -6; // ends of the level bar: a whisper, and a voice that nearly clips
const IN_CALL = ["ringing", "talking", "hold", "closing"];
const SAY_EVERY_MS = 2000; // a screen reader gets one sentence in this time, however many lamps change
const SAY_NAMES = 3;

const words = JSON.parse(document.getElementById("words").textContent);
const list = document.getElementById("tiles");
const blank = document.getElementById("tile");
const notice = document.getElementById("notice");
const empty = document.getElementById("empty");
const find = document.getElementById("find");
const said = document.getElementById("said");
const tiles = new Map(); // "site/device" -> {state, node, parts, worst, group}

let serverAheadMs = null; // server's clock minus ours
let heardAtMs = performance.now();
let broker = { connected: true, detail: "" };
let toSay = new Map();
let saidAtMs = 0;
let changed = new Set();
let drawing = false;
let framed = 0; // tiles when the frame was last drawn

function serverNowMs() { return performance.now() + serverAheadMs; }

function setText(node, text) { // the last text is kept beside the node: reading it back from the page costs more
  if (node.shownText === text) return;
  node.shownText = text;
  node.textContent = text;
}

function number(value, decimals) {
  if (value === null) return "–";
  const text = value.toFixed(decimals);
  return text.startsWith("-") && Number(text) ? "\u2212" + text.slice(1) : text.replace("-", "");
}

function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (n) => String(n).padStart(2, "0");
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const text = seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  return document.documentElement.lang.startsWith("zh")
    ? text.replace(" s", " 秒").replace(" min", " 分钟").replace(" h", " 小时") + words.age : `${text} ${words.age}`;
}

function make(state) {
  const node = blank.content.firstElementChild.cloneNode(true);
  const part = (name) => node.querySelector(name);
  const lamps = {};
  for (const lamp of node.querySelectorAll("[data-lamp]")) {
    lamps[lamp.dataset.lamp] = { node: lamp, use: lamp.querySelector("use"), word: lamp.querySelector(".lamp-word") };
  }
  part(".device").textContent = state.device;
  part(".site").textContent = state.site;
  part("a").href = "/calls?device=" + encodeURIComponent(state.site + "/" + state.device);
  const parts = { link: part("a"), phase: part(".phase-name"), time: part(".call-time"), level: part(".level"), rate: part(".rate"), age: part(".age"),
                  meter: part(".meter span"), worst: part(".worst"), lamps };
  const name = `${state.site}/${state.device}`.toLowerCase();
  return { node, parts, state, name, worst: "off", group: "", attention: false, shown: true, look: "", meter: "", described: "" };
}

function place(key, tile) { // by site and name, numbers in names as numbers
  const order = new Intl.Collator(undefined, { numeric: true });
  for (const other of list.children) {
    if (order.compare(key, other.dataset.key) < 0) return list.insertBefore(tile.node, other);
  }
  return list.append(tile.node);
}

function receive(event) {
  const news = JSON.parse(event.data);
  const now = performance.now();
  // the smallest delay seen is the truest: a late message must not make the data look younger
  serverAheadMs = serverAheadMs === null ? news.now_ms - now : Math.max(serverAheadMs - 1, news.now_ms - now);
  heardAtMs = now;
  broker = news.broker;
  for (const state of news.tiles) {
    const key = state.site + "/" + state.device;
    let tile = tiles.get(key);
    if (!tile) {
      tile = make(state);
      tile.node.dataset.key = key;
      tiles.set(key, tile);
      place(key, tile);
    }
    tile.state = state;
    changed.add(tile);
  }
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(drawChanged);
  }
}

function drawChanged() {
  drawing = false;
  for (const tile of changed) { draw(tile); drawAge(tile); }
  changed.clear();
  if (tiles.size !== framed) drawFrame(); // a new tile is placed at once; counts and filter may wait for the tick
}

function draw(tile) {
  const { state, parts } = tile;
  const before = tile.worst;
  tile.worst = "off";
  let worstLamp = "";
  for (const [name, lamp] of Object.entries(state.lamps)) {
    const part = parts.lamps[name];
    const look = `lamp ${lamp.colour} ${lamp.pattern}`;
    if (part.look !== look) {
      part.look = part.node.className = look;
      part.use.setAttribute("href", "#lamp-" + lamp.colour);
      part.word.textContent = words["colour_" + lamp.colour];
    }
    if (rank(lamp.colour) > rank(tile.worst)) { tile.worst = lamp.colour; worstLamp = name; }
  }
  setText(parts.worst, rank(tile.worst) >= 2 ? `${words["lamp_" + worstLamp]} ${words["colour_" + tile.worst]}` : "");
  setText(parts.level, number(state.level_dbfs, 1));
  setText(parts.rate, number(state.rate_per_min, 0));
  parts.level.parentElement.classList.toggle("none", state.level_dbfs === null);
  parts.rate.parentElement.classList.toggle("none", state.rate_per_min === null);
  const full = state.level_dbfs === null || !state.speaking ? 0 : (state.level_dbfs - LEVEL_LOW_DBFS) / (LEVEL_HIGH_DBFS - LEVEL_LOW_DBFS);
  const meter = `scaleX(${Math.min(1, Math.max(0, full)).toFixed(2)})`;
  if (tile.meter !== meter) { tile.meter = meter; parts.meter.style.transform = meter; }
  if (tile.worst !== before && tile.worst === "red") toSay.set(state.device, parts.worst.textContent);
}

function describe(tile) { // a crowd's tiles show little: their links' description says the rest, to a pointer and to a screen reader
  const lamps = tile.group === "away" || !list.classList.contains("dense") ? [] : Object.entries(tile.state.lamps)
    .map(([name, lamp]) => `${words["lamp_" + name]} ${words["colour_" + lamp.colour]}`);
  const text = [`${tile.state.site}/${tile.state.device}`, ...lamps].join(", ");
  if (tile.described === text) return;
  tile.described = text;
  tile.parts.link.title = text;
}

function rank(colour) { return ["off", "green", "amber", "red"].indexOf(colour); }

function drawAge(tile) { // what changes by itself as time goes on
  const { state, parts, node } = tile;
  const now = serverNowMs();
  const quiet = state.heard_ms === null ? Infinity : now - state.heard_ms;
  const stale = quiet > STALE_MS || performance.now() - heardAtMs > LOST_MS;
  const away = state.state === "offline" || stale;
  const inCall = !away && IN_CALL.includes(state.phase);
  setText(parts.phase, state.state === "offline" ? words.state_offline : state.heard_ms === null ? words.state_unknown
    : stale ? words.state_stale : words["phase_" + state.phase]);
  setText(parts.time, inCall && state.call_began_ms !== null ? clock(now - state.call_began_ms) : "");
  setText(parts.age, state.heard_ms === null ? "" : age(quiet));
  const helping = state.help_ms !== null && now - state.help_ms < HELP_MS;
  if (helping && !tile.helping) toSay.set(state.device, words.state_help);
  tile.helping = helping;
  if (helping) setText(parts.phase, words.state_help);
  const look = "tile" + (helping ? " helping" : "") + (away ? " away" : " worst-" + tile.worst) + (inCall ? " in-call" : "");
  if (tile.look !== look) { tile.look = look; node.className = look; }
  tile.group = away ? "away" : inCall ? "on_call" : "";
  tile.attention = helping || (!away && rank(tile.worst) >= 2);
}

function drawFrame() { // counts, filter, density, notices
  framed = tiles.size;
  const show = document.querySelector("#filter input:checked").value;
  const wanted = find.value.trim().toLowerCase();
  const counts = { all: tiles.size, on_call: 0, attention: 0, away: 0 };
  let seen = 0;
  for (const tile of tiles.values()) {
    if (tile.group) counts[tile.group] += 1;
    if (tile.attention) counts.attention += 1;
    const fits = (show === "all" || tile.group === show || (show === "attention" && tile.attention)) && tile.name.includes(wanted);
    if (tile.shown !== fits) { tile.shown = fits; tile.node.hidden = !fits; }
    seen += fits;
  }
  for (const node of document.querySelectorAll("[data-count]")) setText(node, String(counts[node.dataset.count]));
  const density = seen >= DENSEST_FROM ? "dense densest" : seen >= DENSE_FROM ? "dense" : seen >= MEDIUM_FROM ? "medium" : "";
  if (list.className !== `tiles ${density}`) {
    list.className = `tiles ${density}`;
    document.body.classList.toggle("crowded", seen >= DENSEST_FROM);
  }
  empty.hidden = seen > 0;
  empty.querySelector("[data-empty=none]").hidden = tiles.size > 0;
  empty.querySelector("[data-empty=filtered]").hidden = tiles.size === 0;
  const lost = performance.now() - heardAtMs > LOST_MS;
  notice.hidden = !lost && broker.connected;
  setText(notice, lost ? words.lost : broker.connected ? "" : `${words.broker_absent} ${broker.detail}`);
  for (const tile of tiles.values()) describe(tile);
  say();
}

function say() {
  const now = performance.now();
  if (!toSay.size || now - saidAtMs < SAY_EVERY_MS) return;
  saidAtMs = now;
  const all = [...toSay].map(([device, text]) => `${device}: ${text}`);
  toSay = new Map();
  const more = all.length > SAY_NAMES ? " " + words.and_more.replace("{n}", String(all.length - SAY_NAMES)) : "";
  said.textContent = all.slice(0, SAY_NAMES).join("; ") + more;
}

function tick() {
  for (const tile of tiles.values()) drawAge(tile);
  drawFrame();
}

document.getElementById("filter").addEventListener("change", drawFrame);
find.addEventListener("input", drawFrame);
document.addEventListener("keydown", (event) => { // "/" finds, as in other boards; Escape leaves
  if (event.key === "/" && document.activeElement !== find) { event.preventDefault(); find.focus(); }
  if (event.key === "Escape" && document.activeElement === find) { find.value = ""; drawFrame(); }
});

const stream = new EventSource("/api/v1/stream");
stream.addEventListener("tiles", receive);
stream.addEventListener("still", () => { heardAtMs = performance.now(); });
setInterval(tick, TICK_MS);
setTimeout(drawFrame, 1500); // "no device yet" only once the stream had time to say otherwise
