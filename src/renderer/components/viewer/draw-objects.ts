import { classColor } from '../../charts/class-colors.ts';
import type { Layers } from './layer-switches.tsx';
import { isIgnored, type ShownObject } from './shown-objects.ts';

/** How an image stands on the stage: its pixel (0, 0) at `x`, `y`, each pixel `k` wide. */
export interface Placement {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

interface Scene {
  readonly objects: readonly ShownObject[];
  readonly image: { readonly width: number; readonly height: number };
  readonly placement: Placement;
  readonly layer: HTMLCanvasElement | null;
  readonly layers: Layers;
  readonly nameOf: (index: number | null) => string;
  /** Drawn so that it stands out. */
  readonly isLit?: boolean;
  /** Left out: they are, where there is room. */
  readonly areNamesShown?: boolean;
}

/** Beyond so many in view, names would cover the image. */
const mostNames = 40;
/** Beyond so many in view, what only makes them prettier is left out. */
const mostOutlined = 3000;

const halo = 'rgb(0 0 0 / 55%)';

/** Lines that eyes tell apart without colours. What a model found is drawn through. */
const dashes = { crowd: [7, 5], truth: [3, 3] };

/** Paints the objects of an image, in view of a canvas as large as the stage. */
export function drawObjects(
  canvas: HTMLCanvasElement,
  stage: { width: number; height: number },
  scene: Scene,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(stage.width * ratio), Math.round(stage.height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, stage.width, stage.height);
  const { placement, objects } = scene;
  const inView = objects.filter((object) => isInView(object, placement, stage));
  if (scene.layers.masks) drawMasks(context, ratio, inView, scene);
  if (!scene.layers.boxes) return;
  drawBoxes(context, inView, scene);
  const areNamesShown = scene.areNamesShown ?? inView.length <= mostNames;
  if (!scene.isLit && areNamesShown) drawNames(context, inView, scene);
}

function isInView(
  { box }: ShownObject,
  { k, x, y }: Placement,
  stage: { width: number; height: number },
): boolean {
  if (!box) return true;
  const [left, top, width, height] = box;
  return (
    left * k + x < stage.width &&
    (left + width) * k + x > 0 &&
    top * k + y < stage.height &&
    (top + height) * k + y > 0
  );
}

const outlines = new WeakMap<readonly number[][], Path2D>();

/** Polygons in pixels of the image. */
function outlineOf(polygons: readonly number[][]): Path2D {
  const known = outlines.get(polygons);
  if (known) return known;
  const path = new Path2D();
  for (const points of polygons) {
    path.moveTo(points[0] ?? 0, points[1] ?? 0);
    for (let at = 2; at + 1 < points.length; at += 2) path.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    path.closePath();
  }
  outlines.set(polygons, path);
  return path;
}

function drawMasks(
  context: CanvasRenderingContext2D,
  ratio: number,
  objects: readonly ShownObject[],
  { placement: { k, x, y }, layer, image, isLit }: Scene,
): void {
  context.save();
  context.setTransform(ratio * k, 0, 0, ratio * k, ratio * x, ratio * y);
  context.imageSmoothingEnabled = false;
  if (layer) context.drawImage(layer, 0, 0, image.width, image.height);
  const isOutlined = objects.length <= mostOutlined;
  context.lineWidth = 1.5 / k;
  for (const { class: index, mask } of objects) {
    if (!Array.isArray(mask)) continue;
    const path = outlineOf(mask);
    context.globalAlpha = isLit ? 0.6 : 0.35;
    context.fillStyle = classColor(index);
    context.fill(path);
    if (!isOutlined) continue;
    context.globalAlpha = 1;
    context.strokeStyle = classColor(index);
    context.stroke(path);
  }
  context.restore();
}

function drawBoxes(
  context: CanvasRenderingContext2D,
  objects: readonly ShownObject[],
  { placement: { k, x, y }, isLit }: Scene,
): void {
  const styles = new Map<string, { path: Path2D; color: string; dash: readonly number[] }>();
  const corners = new Map<string, Path2D>();
  for (const { class: index, box, crowd, difficult, origin } of objects) {
    if (!box) continue;
    const [left, top, width, height] = [box[0] * k + x, box[1] * k + y, box[2] * k, box[3] * k];
    const color = classColor(index);
    const dash = crowd ? dashes.crowd : origin === 'truth' ? dashes.truth : [];
    const key = `${color} ${dash}`;
    const style = styles.get(key) ?? { path: new Path2D(), color, dash };
    styles.set(key, style);
    style.path.rect(left, top, width, height);
    if (!difficult) continue;
    // A folded corner, which colour-blind eyes see as well.
    const side = Math.min(14, width / 2, height / 2);
    const corner = corners.get(color) ?? new Path2D();
    corners.set(color, corner);
    corner.moveTo(left + width, top);
    corner.lineTo(left + width - side, top);
    corner.lineTo(left + width, top + side);
    corner.closePath();
  }
  const isOutlined = objects.length <= mostOutlined;
  for (const { path, color, dash } of styles.values()) {
    context.setLineDash([...dash]);
    if (isOutlined) stroke(context, path, isLit ? '#ffffff' : halo, isLit ? 6 : 4);
    stroke(context, path, color, isLit ? 3 : 2);
  }
  context.setLineDash([]);
  for (const [color, corner] of corners) {
    stroke(context, corner, halo, 2);
    context.fillStyle = color;
    context.fill(corner);
  }
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}

/** What stands at a box. */
function labelOf({ class: index, probability }: ShownObject, nameOf: Scene['nameOf']): string {
  return typeof probability === 'number' ? `${nameOf(index)} ${probability.toFixed(2)}` : nameOf(index);
}

function drawNames(
  context: CanvasRenderingContext2D,
  objects: readonly ShownObject[],
  { placement: { k, x, y }, nameOf }: Scene,
): void {
  context.font = '600 11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const object of objects) {
    if (!object.box || isIgnored(object)) continue;
    const [boxLeft, boxTop, , boxHeight] = object.box;
    // The truth has its name below, so that it does not cover that of what was found.
    const edge = object.origin === 'truth' ? (boxTop + boxHeight) * k + y + 16 : boxTop * k + y;
    const [left, top] = [Math.max(0, boxLeft * k + x), Math.max(16, edge)];
    const name = labelOf(object, nameOf);
    const width = Math.min(160, context.measureText(name).width) + 12;
    context.fillStyle = 'rgb(15 17 22 / 82%)';
    context.fillRect(left - 1, top - 16, width, 16);
    context.fillStyle = classColor(object.class);
    context.fillRect(left - 1, top - 16, 3, 16);
    context.fillStyle = '#ffffff';
    context.fillText(name, left + 6, top - 8, 160);
  }
}
