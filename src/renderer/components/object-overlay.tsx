import { useMemo } from 'react';
import type { ImageObject } from '../../shared/contract/dataset-labels.ts';
import { classColor } from '../charts/class-colors.ts';
import classes from './box-overlay.module.css';

interface BoxOverlayProps {
  /** In pixels, upright. */
  readonly image: { readonly width: number; readonly height: number };
  readonly objects: readonly ImageObject[];
  /** Draws the boxes of this class only; those of all where left out. */
  readonly only?: number | null;
}

/** The boxes of an image's objects over its thumbnail. It lies over an image that covers its place, and is cut as that one is. */
export function BoxOverlay({ image, objects, only = null }: BoxOverlayProps) {
  const paths = useMemo(() => pathsByClass(objects, only), [objects, only]);
  if (paths.length === 0) return null;
  return (
    <svg
      aria-hidden="true"
      className={classes.overlay}
      viewBox={`0 0 ${image.width} ${image.height}`}
      // As `object-fit: cover` does.
      preserveAspectRatio="xMidYMid slice"
    >
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
