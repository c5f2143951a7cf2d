// Tracks out of annotations, and their shapes onto a canvas.
const GEOMETRY = ["bounding_box", "point", "line"];

// Colours far from each other: each name of the row turns the wheel by the golden angle.
export function coloured(tracks) {
  const names = [...new Set(tracks.map((track) => track.name))].sort();
  for (const track of tracks) track.colour = `hsl(${(210 + 137.5 * names.indexOf(track.name)) % 360} 85% 60%)`;
  return tracks;
}

function answerText(item) {
  if (item.text_answer) return item.text_answer.content;
  const answers = item.radio_answer ? [item.radio_answer] : item.checklist_answers ?? [];
  return answers.map((answer) => answer.name + (answer.classifications?.length ? ` (${answer.classifications.map(answerText).join(", ")})` : "")).join(", ");
}

export function tracksOf(annotations, source) {
  const tracks = new Map();
  const track = (id, name, kind) => {
    if (!tracks.has(id)) tracks.set(id, { id, name, kind, source, shapes: new Map(), segments: annotations.segments[id] ?? [] });
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
    if (same && !canvas.corner) canvas.corner = [(at / 4) % bitmap.width / bitmap.width, Math.floor(at / 4 / bitmap.width) / bitmap.height];
  }
  brush.putImageData(pixels, 0, 0);
  return canvas;
}

export async function paint(canvas, tracks, frame, current) {
  const shapes = tracks.map((track) => [track, shapeAt(track, frame)]).filter(([, shape]) => shape);
  const masks = new Map(await Promise.all(shapes.filter(([, s]) => s.composite_mask).map(async ([, s]) => [s, await maskImage(s.composite_mask)])));
  if (!current()) return;
  const brush = canvas.getContext("2d");
  brush.clearRect(0, 0, canvas.width, canvas.height);
  const unit = Math.max(1, canvas.width / 640);
  brush.lineWidth = 2 * unit;
  brush.font = `${11 * unit}px system-ui`;
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
  } else if (mask) {
    brush.drawImage(mask, 0, 0, canvas.width, canvas.height);
    if (mask.corner) corner = [mask.corner[0] * canvas.width, mask.corner[1] * canvas.height + 18 * unit];
  }
  const more = (shape.classifications ?? []).map(answerText).filter(Boolean).join(", ");
  if (corner) caption(brush, more ? `${track.name}: ${more}` : track.name, corner, unit);
}

function caption(brush, text, [x, y], unit) {
  const colour = brush.fillStyle;
  const [left, base] = [Math.max(2 * unit, x), Math.max(13 * unit, y - 5 * unit)];
  brush.fillStyle = "rgb(10 14 22 / 70%)";
  brush.fillRect(left - 2 * unit, base - 10 * unit, brush.measureText(text).width + 4 * unit, 13 * unit);
  brush.fillStyle = colour;
  brush.fillText(text, left, base);
}

export function extent(tracks) {
  let [width, height] = [640, 360];
  for (const track of tracks) for (const shape of track.shapes.values()) {
    const box = shape.bounding_box;
    const points = box ? [{ x: box.left + box.width, y: box.top + box.height }] : shape.point ? [shape.point] : shape.line ?? [];
    for (const { x, y } of points) [width, height] = [Math.max(width, x * 1.05), Math.max(height, y * 1.05)];
  }
  return [Math.ceil(width), Math.ceil(height)];
}
