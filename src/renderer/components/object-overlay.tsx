import { useMemo } from 'react';
import type { ImageObject } from '../../shared/contract/dataset-labels.ts';
import { runsOf, type StoredRuns } from '../../shared/model/run-lengths.ts';
import { classColor } from '../charts/class-colors.ts';
import classes from './object-overlay.module.css';

interface ObjectOverlayProps {
  /** In pixels, upright. */
  readonly image: { readonly width: number; readonly height: number };
  readonly objects: readonly ImageObject[];
  /** Draws the objects of this class only; those of all where left out. */
  readonly only?: number | null;
}

/** The boxes of an image's objects over its thumbnail, and the areas of classes that have none. It lies over an image that covers its place, and is cut as that one is. */
export function ObjectOverlay({ image, objects, only = null }: ObjectOverlayProps) {
  const paths = useMemo(() => pathsByClass(objects, only), [objects, only]);
  const areas = useMemo(() => areasOf(objects, only), [objects, only]);
  if (paths.length + areas.length === 0) return null;
  return (
    <svg
      aria-hidden="true"
      className={classes.overlay}
      viewBox={`0 0 ${image.width} ${image.height}`}
      // As `object-fit: cover` does.
      preserveAspectRatio="xMidYMid slice"
    >
      {areas.map(({ index, size: [rows, columns], bars }) => (
        <path
          key={`area ${index}`}
          d={bars}
          className={classes.area}
          fill={classColor(index)}
          transform={`scale(${image.width / columns} ${image.height / rows})`}
        />
      ))}
      {paths.map(({ index, boxes }) => (
        <g key={index}>
          <path d={boxes} className={classes.halo} />
          <path d={boxes} className={classes.box} stroke={classColor(index)} />
        </g>
      ))}
    </svg>
  );
}

/** One path for all boxes of a class: an image may have hundreds. */
function pathsByClass(objects: readonly ImageObject[], only: number | null) {
  const paths = new Map<number | null, string[]>();
  for (const { class: index, box } of objects) {
    if (box === null || (only !== null && index !== only)) continue;
    const [x, y, width, height] = box;
    const own = paths.get(index) ?? [];
    own.push(`M${x} ${y}h${width}v${height}h${-width}z`);
    paths.set(index, own);
  }
  return [...paths].map(([index, boxes]) => ({ index, boxes: boxes.join('') }));
}

/** Masks of objects without a box, as bars in the columns of their pixels. */
function areasOf(objects: readonly ImageObject[], only: number | null) {
  return objects.flatMap(({ class: index, box, mask }) => {
    if (box !== null || mask === null || Array.isArray(mask) || (only !== null && index !== only)) return [];
    return [{ index, size: mask.size, bars: barsOf(mask) }];
  });
}

function barsOf(mask: StoredRuns): string {
  const [rows] = mask.size;
  let bars = '';
  let [at, isOf] = [0, false];
  for (const length of runsOf(mask)) {
    for (let from = at; isOf && from < at + length; ) {
      const [column, top] = [Math.floor(from / rows), from % rows];
      const bottom = Math.min(rows, top + at + length - from);
      bars += `M${column} ${top}h1v${bottom - top}h-1z`;
      from += bottom - top;
    }
    at += length;
    isOf = !isOf;
  }
  return bars;
}
