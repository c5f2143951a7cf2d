// The page of localbox: reads, draws, changes nothing.
const main = document.getElementById("main");
const trail = document.getElementById("trail");
const GEOMETRY = ["bounding_box", "point", "line"];

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
  const field = el("input", { type: "password", name: "key", "aria-label": "API key", autofocus: "" });
  const keep = (event) => {
    event.preventDefault();
    sessionStorage.setItem("localbox-key", field.value);
    route();
  };
  main.replaceChildren(el("form", { class: "tools", onsubmit: keep }, "The API key of this localbox:", field, el("button", {}, "Open")));
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
    number(p.rows), number(p.labels), el("td", { class: "soft" }, p.created_at.slice(0, 16).replace("T", " "))));
  main.replaceChildren(el("h2", {}, "Projects"), rows.length ? table(["Name", "Media", "Rows#", "Labels#", "Created"], rows)
    : el("p", { class: "soft" }, "No projects yet. Point a client at /graphql on this address."));
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
    by < 0 ? "Earlier" : "Later");
  main.replaceChildren(el("h2", {}, "Rows"), el("div", { class: "tools" }, field,
    el("span", { class: "soft" }, page.total ? `${skip + 1}–${last} of ${page.total}` : "none"), turn(-page.page), turn(page.page)),
  table(["Row", "Labels#", "Pre-labels#"], rows), el("h2", {}, "Imports"), importTable(imports));
}

function importTable(imports) {
  if (!imports.length) return el("p", { class: "soft" }, "No imports yet.");
  const kinds = { "label-import": "ground truth", "mal-import": "pre-labels" };
  return table(["Name", "Kind", "State", "Lines#", "Failed#", ""], imports.map((each) => {
    const detail = el("td");
    if (each.failures || each.state === "FAILED") {
      detail.append(el("button", { onclick: async () => {
        const text = await (await fetch(each.errors)).text();
        detail.replaceChildren(el("pre", { class: "bad" }, text.split("\n").filter(Boolean).slice(0, 200).map(failedLine).join("\n")));
      } }, "Show failed lines"));
    }
    return el("tr", {}, el("td", {}, each.name), el("td", {}, kinds[each.kind]), el("td", {}, each.state), number(each.lines), number(each.failures), detail);
  }));
}

function failedLine(text) {
  const line = JSON.parse(text);
  const row = line.dataRow?.globalKey ?? line.dataRow?.id ?? "?";
  return `${row} ${line.uuid ?? ""}: ${line.errors.map((error) => error.message).join("; ")}`;
}

// ---- one row: tracks out of annotations -------------------------------------------------------------------------

function colourOf(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 360;
  return `hsl(${hash} 80% 55%)`;
}

function answerText(item) {
  if (item.text_answer) return item.text_answer.content;
  const answers = item.radio_answer ? [item.radio_answer] : item.checklist_answers ?? [];
  return answers.map((answer) => answer.name + (answer.classifications?.length ? ` (${answer.classifications.map(answerText).join(", ")})` : "")).join(", ");
}

function tracksOf(annotations, source) {
  const tracks = new Map();
  const track = (id, name, kind) => {
    if (!tracks.has(id)) tracks.set(id, { id, name, kind, source, shapes: new Map(), segments: annotations.segments[id] ?? [], colour: colourOf(name) });
    return tracks.get(id);
  };
  for (const [frame, page] of Object.entries(annotations.frames)) {
    for (const shape of Object.values(page.objects)) track(shape.feature_id, shape.name, "object").shapes.set(Number(frame), shape);
  }
  for (const item of annotations.classifications) track(item.feature_id, item.name, "classification").text = answerText(item);
  return [...tracks.values()];
}

function moved(one, other, share) {
  if (Array.isArray(one)) return one.length === other.length ? one.map((point, at) => moved(point, other[at], share)) : one;
  return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, value + (other[key] - value) * share]));
}

export function shapeAt(track, frame) {
  if (track.shapes.has(frame)) return track.shapes.get(frame);
  const segment = track.segments.find(([start, end]) => start <= frame && frame <= end);
  if (!segment) return null;
  const frames = [...track.shapes.keys()].filter((each) => segment[0] <= each && each <= segment[1]).sort((a, b) => a - b);
  const before = frames.filter((each) => each < frame).at(-1);
  const after = frames.find((each) => each > frame);
  if (before === undefined || after === undefined) return null;
  const [one, other] = [track.shapes.get(before), track.shapes.get(after)];
  const member = GEOMETRY.find((name) => name in one);
  return member ? { ...one, [member]: moved(one[member], other[member], (frame - before) / (after - before)) } : null;
}

const tinted = new Map();

async function maskImage(mask) {
  const key = `${mask.url} ${mask.color_rgb}`;
  if (!tinted.has(key)) tinted.set(key, tint(mask));
  return tinted.get(key);
}

async function tint(mask) {
  const bitmap = await createImageBitmap(await (await fetch(mask.url)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const brush = canvas.getContext("2d");
  brush.drawImage(bitmap, 0, 0);
  const pixels = brush.getImageData(0, 0, bitmap.width, bitmap.height);
  const [red, green, blue] = mask.color_rgb;
  for (let at = 0; at < pixels.data.length; at += 4) {
    const same = pixels.data[at] === red && pixels.data[at + 1] === green && pixels.data[at + 2] === blue;
    pixels.data[at + 3] = same ? 150 : 0;
  }
  brush.putImageData(pixels, 0, 0);
  return canvas;
}

async function paint(canvas, tracks, frame, current) {
  const shapes = tracks.map((track) => [track, shapeAt(track, frame)]).filter(([, shape]) => shape);
  const masks = new Map(await Promise.all(shapes.filter(([, s]) => s.composite_mask).map(async ([, s]) => [s, await maskImage(s.composite_mask)])));
  if (!current()) return;
  const brush = canvas.getContext("2d");
  brush.clearRect(0, 0, canvas.width, canvas.height);
  const unit = Math.max(1, canvas.width / 640);
  brush.lineWidth = 2 * unit;
  brush.font = `${12 * unit}px system-ui`;
  for (const [track, shape] of shapes) {
    brush.strokeStyle = brush.fillStyle = track.colour;
    brush.setLineDash(track.source === "pre-label" ? [6 * unit, 4 * unit] : []);
    drawShape(brush, track, shape, unit, masks.get(shape), canvas);
  }
}

function drawShape(brush, track, shape, unit, mask, canvas) {
  let corner = null;
  if (shape.bounding_box) {
    const { left, top, width, height } = shape.bounding_box;
    brush.strokeRect(left, top, width, height);
    corner = [left, top];
  } else if (shape.point) {
    brush.beginPath();
    brush.arc(shape.point.x, shape.point.y, 4 * unit, 0, 2 * Math.PI);
    brush.fill();
    corner = [shape.point.x, shape.point.y];
  } else if (shape.line) {
    brush.beginPath();
    for (const point of shape.line) brush.lineTo(point.x, point.y);
    brush.stroke();
    corner = [shape.line[0].x, shape.line[0].y];
  } else if (mask) brush.drawImage(mask, 0, 0, canvas.width, canvas.height);
  const more = (shape.classifications ?? []).map(answerText).filter(Boolean).join(", ");
  if (corner) brush.fillText(more ? `${track.name}: ${more}` : track.name, corner[0], Math.max(12 * unit, corner[1] - 4 * unit));
}

function extent(tracks) {
  let [width, height] = [640, 360];
  for (const track of tracks) for (const shape of track.shapes.values()) {
    const box = shape.bounding_box;
    const points = box ? [{ x: box.left + box.width, y: box.top + box.height }] : shape.point ? [shape.point] : shape.line ?? [];
    for (const { x, y } of points) [width, height] = [Math.max(width, x * 1.05), Math.max(height, y * 1.05)];
  }
  return [Math.ceil(width), Math.ceil(height)];
}

async function showRow(project, id, wanted) {
  const row = await ask(`/_page/projects/${project}/rows/${id}`);
  trail.replaceChildren(el("a", { href: `#/${project}` }, "Rows"), ` › ${row.global_key ?? row.id}`);
  const tracks = [...row.labels.flatMap((label) => tracksOf(label.annotations, "label")), ...tracksOf(row.predictions, "pre-label")];
  const rate = row.media?.frameRate || 30;
  const ends = tracks.flatMap((track) => track.segments.map((segment) => segment[1]));
  const count = row.media?.frameCount || Math.max(1, ...ends);
  const [width, height] = row.media ? [row.media.width, row.media.height] : extent(tracks);
  const video = el("video", { src: row.row_data, muted: "", preload: "auto", playsinline: "", width, height });
  const canvas = el("canvas", { width, height, id: "drawing" });
  const stage = el("div", { class: "stage" }, video, canvas);
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
  const step = (by) => el("button", { onclick: () => go(frame + by), "aria-label": by < 0 ? "Frame back" : "Frame on" }, by < 0 ? "‹" : "›");
  const truth = row.labels.map((label) => `${label.id}${label.benchmark ? " (benchmark)" : ""}`).join(", ") || "none";
  main.replaceChildren(stage, el("div", { class: "scrub" }, play, step(-1), slider, step(1), shown), note,
    el("p", { class: "soft" }, `Labels: ${truth}. Dashed lines are pre-labels.`), el("div", { class: "tracks" }, ...tracks.map((track) => lane(track, count, needles, go))));
  go(wanted ?? Math.max(1, Math.min(...tracks.flatMap((track) => [...track.shapes.keys()]), count)));
}

function lane(track, count, needles, go) {
  const needle = el("b");
  const bars = track.segments.map(([start, end]) => {
    const bar = el("i", { title: `${start}–${end}`, onclick: () => go(start) });
    bar.style.left = `${(100 * (Math.max(start, 1) - 1)) / count}%`;
    bar.style.width = `${(100 * (end - Math.max(start, 1) + 1)) / count}%`;
    bar.style.background = track.colour;
    return bar;
  });
  needles.push(needle);
  const text = track.kind === "classification" ? `${track.name}: ${track.text}` : track.name;
  return el("div", { class: "track" }, el("span", { title: text }, text), el("div", { class: "lane" }, ...bars, needle));
}

async function route() {
  const hash = location.hash;
  if (hash.startsWith("#key=")) {
    const [key, ...rest] = hash.slice(5).split("/"); // the key leaves the address at once, what follows it stays
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
