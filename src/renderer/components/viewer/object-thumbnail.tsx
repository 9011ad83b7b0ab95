import { useElementSize } from '@mantine/hooks';
import { useLayoutEffect, useMemo, useRef } from 'react';
import { useFileUrl } from '../../rpc/files.ts';
import { drawObjects } from './draw-objects.ts';
import type { Layers } from './layer-switches.tsx';
import { maskLayer } from './mask-layer.ts';
import type { ShownObject } from './shown-objects.ts';
import type { StageImage } from './stage.tsx';
import classes from './viewer.module.css';

interface ObjectThumbnailProps {
  readonly image: StageImage;
  readonly objects: readonly ShownObject[];
  readonly layers: Layers;
}

/** Finer would not be seen, and there are many of them. */
const mostSide = 320;

const noName = () => '';

/** An image in a square, with its objects drawn over it. */
export function ObjectThumbnail({ image, objects, layers }: ObjectThumbnailProps) {
  const fileUrl = useFileUrl();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width: side } = useElementSize();
  const layer = useMemo(
    () => (layers.masks ? maskLayer(objects, image, 0.55, mostSide) : null),
    [layers.masks, objects, image],
  );
  useLayoutEffect(() => {
    if (!canvas.current || side === 0) return;
    const k = Math.min(side / image.width, side / image.height);
    const placement = { k, x: (side - image.width * k) / 2, y: (side - image.height * k) / 2 };
    const scene = { objects, image, placement, layer, layers, nameOf: noName, areNamesShown: false };
    drawObjects(canvas.current, { width: side, height: side }, scene);
  }, [objects, image, layer, layers, side]);
  return (
    <span ref={ref} className={classes.thumbnail}>
      {image.url !== null && (
        <img
          src={fileUrl(`${image.url}?size=${mostSide}`)}
          alt=""
          loading="lazy"
          onError={(event) => {
            event.currentTarget.style.visibility = 'hidden';
          }}
        />
      )}
      <canvas ref={canvas} />
    </span>
  );
}
