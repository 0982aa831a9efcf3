// One call's timeline: level and rate as lines, phrases as marks, findings as bars, on one time axis. The tables below it say the same.
"use strict";

const timeline = JSON.parse(document.getElementById("timeline").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
const chart = document.getElementById("chart");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

const ON_LEVEL = ["C1", "C2", "C4", "C6", "C7", "C8"]; // rules that judge the level are shaded behind it,
const ON_RATE = ["D1", "D2"]; // and those that judge the rate behind the rate
const LANE_PX = 30, LINE_PX = 150, GAP_PX = 26, TOP_PX = 14, BOTTOM_PX = 34, LEFT_PX = 76, RIGHT_PX = 16;
const MARK_PX = 14; // from a phrase's mark to its label
const ruler = document.createElement("canvas").getContext("2d");

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

function faded(name, share) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour(name);
  const rgb = probe.fillStyle.match(/[0-9a-f]{2}/g).map((part) => parseInt(part, 16));
  return `rgba(${rgb.join(",")},${share})`;
}

function widthOf(label) {
  ruler.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(label).width;
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function ticks(end, widthPx) {
  const most = Math.max(2, Math.min(14, widthPx / 60));
  const step = [5, 10, 15, 30, 60, 120, 300, 600, 1800].find((one) => end / one <= most) || 3600;
  const at = [];
  for (let second = 0; second <= end; second += step) at.push(second);
  return at;
}

function phrasePlaces(widthPx) { // labels beside their marks, on the left where the right has no room, each in the first free row
  const taken = [];
  return timeline.phrases.map((heard) => {
    const mark = heard.t_s / timeline.end_s * widthPx;
    const label = MARK_PX + widthOf(heard.name);
    const onLeft = mark + label > widthPx && label < mark;
    const [from, to] = onLeft ? [mark - label, mark + 6] : [mark - 6, mark + label];
    let row = taken.findIndex((spans) => spans.every(([begin, end]) => to < begin || from > end));
    if (row < 0) row = taken.push([]) - 1;
    taken[row].push([from, to]);
    return { row, side: onLeft ? "middle left" : "middle right" };
  });
}

function draw() {
  const padding = getComputedStyle(chart);
  const wholePx = chart.clientWidth - parseFloat(padding.paddingLeft) - parseFloat(padding.paddingRight);
  const rules = [...new Map(timeline.findings.map((found) => [found.rule, found.name]))];
  const nameChars = wholePx > 780 ? 34 : 12;
  const names = rules.map(([rule, name]) => `${rule} ${name.length > nameChars ? name.slice(0, nameChars - 1) + "…" : name}`);
  const leftPx = Math.max(LEFT_PX, ...names.map((name) => widthOf(name) + 16));
  const widthPx = wholePx - leftPx - RIGHT_PX;
  const places = phrasePlaces(widthPx);
  const phraseLanes = Math.max(0, ...places.map((place) => place.row + 1));
  const panels = [["level", LINE_PX], ["rate", LINE_PX]];
  if (phraseLanes) panels.push(["phrases", phraseLanes * 22 + 12]);
  if (rules.length) panels.push(["findings", rules.length * LANE_PX]);
  const inner = panels.reduce((sum, panel) => sum + panel[1], 0) + GAP_PX * (panels.length - 1);
  const domains = {};
  let top = 0;
  for (const [name, px] of panels) {
    domains[name] = [1 - (top + px) / inner, 1 - top / inner];
    top += px + GAP_PX;
  }

  const line = (y, name, axis) => ({ type: "scatter", mode: "lines+markers", x: timeline.t_s, y, yaxis: axis, name, connectgaps: false,
    line: { color: colour("series"), width: 2 }, marker: { size: 4 }, text: timeline.t_s.map(clock),
    hovertemplate: "%{text}  <b>%{y:.1f}</b><extra></extra>" });
  const traces = [line(timeline.level_dbfs, words.level, "y"), line(timeline.rate_per_min, words.rate, "y2")];
  const shapes = [];
  const at = ticks(timeline.end_s, widthPx);
  const axis = (title, domain, more) => ({ domain, title: { text: title, font: { size: 12 } }, gridcolor: colour("line"), zeroline: false,
    fixedrange: true, tickfont: { size: 12 }, ...more });
  const layout = {
    width: wholePx, height: inner + TOP_PX + BOTTOM_PX, margin: { l: leftPx, r: RIGHT_PX, t: TOP_PX, b: BOTTOM_PX }, showlegend: false, hovermode: "closest",
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", shapes,
    font: { family: getComputedStyle(document.body).fontFamily, color: colour("muted"), size: 13 },
    hoverlabel: { bgcolor: colour("surface"), bordercolor: colour("line"), font: { color: colour("text"), size: 13 } },
    xaxis: { range: [-timeline.end_s * 0.01, timeline.end_s * 1.01], tickvals: at, ticktext: at.map(clock), tickangle: 0, gridcolor: colour("line"),
      zeroline: false, fixedrange: true, anchor: rules.length ? "y4" : phraseLanes ? "y3" : "y2" },
    yaxis: axis(`${words.level}<br>${words.unit_dbfs}`, domains.level),
    yaxis2: axis(`${words.rate}<br>${words.unit_rate}`, domains.rate, { rangemode: "tozero" }),
  };

  for (const found of timeline.findings) {
    const panel = ON_LEVEL.includes(found.rule) ? "y domain" : ON_RATE.includes(found.rule) ? "y2 domain" : null;
    if (panel && found.end_s !== null) {
      shapes.push({ type: "rect", xref: "x", yref: panel, x0: found.begin_s, x1: found.end_s, y0: 0, y1: 1, line: { width: 0 },
        fillcolor: faded("red", 0.13), layer: "below" });
    }
  }
  if (phraseLanes) {
    layout.yaxis3 = axis(words.phrases, domains.phrases, { range: [phraseLanes - 0.4, -0.6], showticklabels: false, showgrid: false });
    traces.push({ type: "scatter", mode: "markers+text", x: timeline.phrases.map((heard) => heard.t_s), y: places.map((place) => place.row), yaxis: "y3",
      text: timeline.phrases.map((heard) => ` ${heard.name} `), textposition: places.map((place) => place.side), cliponaxis: false,
      textfont: { color: colour("text"), size: 12 },
      customdata: timeline.phrases.map((heard) => [clock(heard.t_s), words["channel_" + heard.channel]]),
      marker: { size: 9, color: timeline.phrases.map((heard) => colour(heard.channel === "agent" ? "series" : "series-2")),
        symbol: timeline.phrases.map((heard) => heard.channel === "agent" ? "circle" : "diamond-open") },
      hovertemplate: "%{customdata[0]} %{text} (%{customdata[1]})<extra></extra>" });
  }
  if (rules.length) {
    layout.yaxis4 = axis("", domains.findings, { tickvals: rules.map((_, lane) => lane), ticktext: names, range: [rules.length - 0.5, -0.5],
      tickfont: { size: 12, color: colour("text") } });
    for (const found of timeline.findings) {
      const lane = rules.findIndex(([rule]) => rule === found.rule);
      const soft = found.standing === "possible" || found.standing === "advisory";
      const span = found.end_s !== null;
      const when = clock(found.begin_s) + (span ? "–" + clock(found.end_s) : "");
      traces.push({ type: "scatter", x: span ? [found.begin_s, found.end_s] : [found.begin_s], y: span ? [lane, lane] : [lane], yaxis: "y4",
        mode: span ? "lines+markers" : "markers", line: { color: colour(soft ? "amber" : "red"), width: 8, dash: soft ? "dot" : "solid" },
        marker: { color: colour(soft ? "amber" : "red"), size: span ? 8 : 11, symbol: soft ? "triangle-up" : "square" },
        customdata: (span ? [0, 1] : [0]).map(() => [when, found.name, found.note]),
        hovertemplate: "%{customdata[0]}  <b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>" });
    }
  }
  Plotly.react(chart, traces, layout, { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false });
}

draw();
dark.addEventListener("change", draw);
let pending = 0;
new ResizeObserver(() => { cancelAnimationFrame(pending); pending = requestAnimationFrame(draw); }).observe(chart.parentElement);
