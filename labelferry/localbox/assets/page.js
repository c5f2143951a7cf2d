// The page of localbox: reads, draws, changes nothing.
import { coloured, extent, paint, tracksOf } from "/_page/drawing.js";

const main = document.getElementById("main");
const trail = document.getElementById("trail");

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

async function ask(path) {
  const key = sessionStorage.getItem("localbox-key") ?? "";
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${key}` } });
  if (answer.status === 401) throw new Error("key");
  if (!answer.ok) throw new Error((await answer.json()).message);
  return answer.json();
}

function askForKey() {
  const field = el("input", { type: "password", name: "key", "aria-label": "API key" });
  const keep = (event) => {
    event.preventDefault();
    sessionStorage.setItem("localbox-key", field.value);
    route();
  };
  const hint = el("p", { class: "soft" }, "It is ", el("code", {}, "localbox"), ", unless the server was started with another (",
    el("code", {}, "--key"), " or ", el("code", {}, "LOCALBOX_KEY"), ").");
  const wrong = sessionStorage.getItem("localbox-key") === null ? null : el("p", { class: "bad" }, "Wrong key.");
  main.replaceChildren(el("h2", {}, "The API key of this localbox"), el("form", { class: "tools", onsubmit: keep }, field, el("button", {}, "Open")), wrong ?? "", hint);
  field.focus();
}

function table(heads, rows) {
  const head = el("tr", {}, ...heads.map((text) => el("th", { class: text.endsWith("#") ? "number" : "" }, text.replace("#", ""))));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows));
}

const number = (value) => el("td", { class: "number" }, value === null ? "–" : String(value));

async function showProjects() {
  trail.replaceChildren();
  const projects = await ask("/_page/projects");
  const rows = projects.map((p) => el("tr", {}, el("td", {}, el("a", { href: `#/${p.id}` }, p.name)), el("td", {}, p.media_type ?? ""),
    number(p.rows), number(p.labels), el("td", { class: "soft" }, moment(p.created_at))));
  main.replaceChildren(el("h2", {}, "Projects"), rows.length ? table(["Name", "Media", "Rows#", "Labels#", "Created"], rows)
    : el("p", { class: "soft" }, "No projects yet. Point a client at /graphql on this server."));
}

async function showProject(project, skip = 0, search = "") {
  const [page, imports, all] = await Promise.all([
    ask(`/_page/projects/${project}/rows?skip=${skip}&search=${encodeURIComponent(search)}`),
    ask(`/_page/projects/${project}/imports`), ask("/_page/projects")]);
  trail.replaceChildren(all.find((p) => p.id === project)?.name ?? project);
  const rows = page.rows.map((r) => el("tr", {}, el("td", {}, el("a", { href: `#/${project}/${r.id}` }, r.global_key ?? r.id)), number(r.labels), number(r.predictions)));
  const field = el("input", { type: "search", placeholder: "global key", value: search, "aria-label": "Search rows by global key",
    onchange: () => showProject(project, 0, field.value) });
  const last = Math.min(skip + page.page, page.total);
  const turn = (by) => el("button", { disabled: by < 0 ? skip === 0 && "" : last >= page.total && "", onclick: () => showProject(project, skip + by, search) },
    by < 0 ? "‹ Previous" : "Next ›");
  main.replaceChildren(el("h2", {}, "Imports"), importTable(imports), el("h2", {}, "Rows"), el("div", { class: "tools" }, field,
    el("span", { class: "soft" }, page.total ? `${skip + 1}–${last} of ${page.total}` : "none"), turn(-page.page), turn(page.page)),
  page.total || search ? table(["Row", "Labels#", "Pre-labels#"], rows) : el("p", { class: "soft" }, "No rows yet: they come in batches."));
}

const FEW = 10;

function importTable(imports, all = false) {
  if (!imports.length) return el("p", { class: "soft" }, "No imports yet.");
  const shown = all ? imports : imports.slice(0, FEW);
  const whole = table(["Name", "Kind", "State", "Lines#", "Failed#", "Started"], shown.flatMap(importRows));
  if (shown.length === imports.length) return whole;
  const box = el("div", {}, whole, el("button", { onclick: () => box.replaceWith(importTable(imports, true)) }, `All ${imports.length}`));
  return box;
}

function importRows(each) {
  const kinds = { "label-import": "ground truth", "mal-import": "pre-labels" };
  const bad = each.failures > 0 || each.state === "FAILED";
  const failed = number(each.failures);
  const detail = el("tr", { hidden: "" }, el("td", { colspan: 6 }));
  if (bad) failed.replaceChildren(el("button", { class: "bad", onclick: () => showFailed(detail, each.errors) }, `${each.failures ?? "why"} ▾`));
  return [el("tr", {}, el("td", {}, each.name), el("td", {}, kinds[each.kind]), el("td", {}, each.state), number(each.lines), failed,
    el("td", { class: "soft" }, moment(each.created_at))), detail];
}

async function showFailed(detail, url) {
  detail.hidden = !detail.hidden;
  if (detail.hidden) return;
  const answer = await fetch(url);
  const text = await answer.text();
  const said = answer.ok ? text.split("\n").filter(Boolean).slice(0, 200).map(failedLine).join("\n") : JSON.parse(text).message;
  detail.firstChild.replaceChildren(el("pre", { class: "bad" }, said));
}

const moment = (text) => text.slice(0, 16).replace("T", " ");

function failedLine(text) {
  const line = JSON.parse(text);
  const row = line.dataRow?.globalKey ?? line.dataRow?.id ?? "";
  return `${row} ${line.uuid ?? ""}: ${line.errors.map((error) => error.message).join("; ")}`;
}

async function showRow(project, id, wanted) {
  const row = await ask(`/_page/projects/${project}/rows/${id}`);
  trail.replaceChildren(el("a", { href: `#/${project}` }, row.project), ` › ${row.global_key ?? row.id}`);
  const tracks = coloured([...row.labels.flatMap((label) => tracksOf(label.annotations, "label")), ...tracksOf(row.predictions, "pre-label")]);
  const rate = row.media?.frameRate || 30;
  const ends = tracks.flatMap((track) => track.segments.map((segment) => segment[1]));
  const count = row.media?.frameCount || Math.max(1, ...ends);
  const [width, height] = row.media ? [row.media.width, row.media.height] : extent(tracks);
  const video = el("video", { src: row.row_data, muted: "", preload: "auto", playsinline: "", width, height });
  const canvas = el("canvas", { width, height, id: "drawing" });
  const stage = el("div", { class: "stage" }, video, canvas);
  stage.style.maxWidth = `calc(62vh * ${width / height})`; // the timeline stays visible
  const note = el("span", { class: "soft" });
  const slider = el("input", { type: "range", min: 1, max: count, value: 1, "aria-label": "Frame" });
  const shown = el("output", {}, "");
  const needles = [];
  let frame = 0;
  const go = (wanted, seek = true) => {
    const next = Math.min(count, Math.max(1, wanted));
    if (next === frame) return;
    frame = next;
    slider.value = frame;
    shown.textContent = `frame ${frame} / ${count}`;
    if (seek && video.readyState > 0) video.currentTime = (frame - 0.5) / rate;
    for (const needle of needles) needle.style.left = `${(100 * (frame - 0.5)) / count}%`;
    const mine = frame;
    paint(canvas, tracks, frame, () => mine === frame);
  };
  slider.addEventListener("input", () => go(Number(slider.value)));
  video.addEventListener("error", () => { video.remove(); note.textContent = "The video cannot be shown here; the drawing is to scale."; });
  video.addEventListener("loadedmetadata", () => { const mine = frame; frame = 0; go(mine); });
  const follow = () => { if (!video.paused) go(Math.floor(video.currentTime * rate) + 1, false); requestAnimationFrame(follow); };
  requestAnimationFrame(follow);
  const play = el("button", { onclick: () => { video.paused ? video.play() : video.pause(); } }, "Play / pause");
  const step = (by) => el("button", { onclick: () => go(frame + by), "aria-label": by < 0 ? "Previous frame" : "Next frame" }, by < 0 ? "‹" : "›");
  onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!stage.isConnected || event.target === slider || !by) return;
    event.preventDefault();
    go(frame + by * (event.shiftKey ? 10 : 1));
  };
  const truth = row.labels.map((label) => `${label.id}${label.benchmark ? " (benchmark)" : ""}`).join(", ") || "none";
  main.replaceChildren(stage, el("div", { class: "scrub" }, play, step(-1), slider, step(1), shown), note,
    el("p", { class: "soft" }, `Labels: ${truth}. Dashed and pale: pre-labels. The arrow keys move by one frame, with Shift by ten; click a bar to go there.`), el("div", { class: "tracks" }, ...tracks.map((track) => lane(track, count, needles, go))));
  go(wanted ?? Math.max(1, Math.min(...tracks.flatMap((track) => [...track.shapes.keys()]), count)));
}

const TICKS = 300;

function lane(track, count, needles, go) {
  const needle = el("b");
  const place = (node, start, end) => {
    node.style.left = `${(100 * (Math.max(start, 1) - 1)) / count}%`;
    node.style.width = `${(100 * (end - Math.max(start, 1) + 1)) / count}%`;
    return node;
  };
  const bars = track.segments.map(([start, end]) => place(el("i", { title: `${start}–${end}`, onclick: () => go(start) }), start, end));
  if (!bars.length) bars.push(place(el("i", { class: "whole", title: "the whole video" }), 1, count));
  for (const bar of bars) bar.style.background = track.colour;
  const keyframes = [...track.shapes.keys()].slice(0, TICKS).map((frame) => place(el("u", { title: `keyframe ${frame}`, onclick: () => go(frame) }), frame, frame));
  needles.push(needle);
  const text = track.kind === "classification" ? `${track.name}: ${track.text}` : track.name;
  return el("div", { class: track.source === "label" ? "track" : "track pale" }, el("span", { title: text }, text), el("div", { class: "lane" }, ...bars, ...keyframes, needle));
}

async function route() {
  const hash = location.hash;
  if (hash.startsWith("#key=")) {
    const [key, ...rest] = hash.slice(5).split("/"); // the key leaves the URL at once, what follows it stays
    sessionStorage.setItem("localbox-key", decodeURIComponent(key));
    history.replaceState(null, "", rest.length ? `#/${rest.join("/")}` : "/");
  }
  const [project, row, frame] = location.hash.replace(/^#\/?/, "").split("/");
  try {
    if (row) await showRow(project, row, Number(frame) || null);
    else if (project) await showProject(project);
    else await showProjects();
  } catch (error) {
    if (error.message === "key") askForKey();
    else main.replaceChildren(el("p", { class: "bad" }, error.message));
  }
}

addEventListener("hashchange", route);
route();
