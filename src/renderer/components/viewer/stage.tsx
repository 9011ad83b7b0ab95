import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { IconArrowsMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import {
  type PointerEvent,
  type ReactNode,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { useText } from '../../i18n/use-text.ts';
import { useFileUrl } from '../../rpc/files.ts';
import { Note } from '../note.ts';
import { drawObjects } from './draw-objects.ts';
import type { Layers } from './layer-switches.tsx';
import { maskLayer } from './mask-layer.ts';
import { objectAt, type ShownObject } from './shown-objects.ts';
import { useObjectTexts } from './use-object-texts.ts';
import { useZoom } from './use-zoom.ts';
import classes from './viewer.module.css';

/** What keys do to the stage from anywhere in the dialog. */
export type StageControls = Omit<ReturnType<typeof useZoom>, 'transform'>;

/** An image in its own pixels, upright. */
export interface StageImage {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** On the engine's own origin, or the picture itself (`data:`); null where the image is not there any more. */
  readonly url: string | null;
}

interface StageProps {
  readonly controls: Ref<StageControls>;
  readonly image: StageImage;
  readonly label: string;
  /** Those that are not hidden. */
  readonly objects: readonly ShownObject[];
  readonly layers: Layers;
  readonly nameOf: (index: number | null) => string;
  /** The object that the list or the pointer is at. */
  readonly lit: ShownObject | null;
  readonly onLit: (object: ShownObject | null) => void;
  /** Stands beside the buttons. */
  readonly children: ReactNode;
}

/** Browsers show these as they are; of others the engine makes a picture. */
const shownByBrowsers = /\.(jpe?g|png|gif|webp|bmp|avif)$/i;

/** The image with its objects drawn over it, to zoom and drag. */
export function Stage(props: StageProps) {
  const { controls, image, label, objects, layers, nameOf, lit, onLit, children } = props;
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const element = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const litCanvas = useRef<HTMLCanvasElement>(null);
  const { ref, width, height } = useElementSize();
  const stage = useMergedRef(ref, element);
  const { transform, ...actions } = useZoom(element, image, { width, height });
  // The object that the pointer has lit.
  const pointedAt = useRef<number | null>(null);
  useImperativeHandle(controls, () => actions);

  const layer = useMemo(
    () => (layers.masks ? maskLayer(objects, image, 0.45) : null),
    [layers.masks, objects, image],
  );
  const litLayer = useMemo(
    () => (layers.masks && lit ? maskLayer([lit], image, 0.75) : null),
    [layers.masks, lit, image],
  );
  const { k, x, y } = transform;
  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    const scene = { objects, image, layer, layers, nameOf, placement: { k, x, y } };
    drawObjects(canvas.current, { width, height }, scene);
  }, [objects, image, layer, layers, nameOf, k, x, y, width, height]);
  useLayoutEffect(() => {
    if (!litCanvas.current || width === 0) return;
    const scene = { objects: lit ? [lit] : [], image, layer: litLayer, nameOf, placement: { k, x, y } };
    const all = { layers: { ...layers, boxes: true }, isLit: true };
    drawObjects(litCanvas.current, { width, height }, { ...scene, ...all });
  }, [lit, image, litLayer, layers, nameOf, k, x, y, width, height]);

  const point = (event: PointerEvent) => {
    // Browsers report a pointer that rests whenever what lies under it changes: it must not take from the keyboard what that has lit.
    if (event.type === 'pointermove' && event.movementX === 0 && event.movementY === 0) return;
    const box = element.current?.getBoundingClientRect();
    if (!box || objects.length === 0) return;
    const found = objectAt(
      objects,
      image,
      (event.clientX - box.left - x) / k,
      (event.clientY - box.top - y) / k,
    );
    pointedAt.current = found?.number ?? null;
    if (found?.number !== lit?.number) onLit(found);
  };
  return (
    <div>
      <div
        ref={stage}
        className={classes.stage}
        onPointerMove={point}
        onPointerUp={point}
        onPointerLeave={() => {
          // What the keyboard has lit meanwhile stays.
          if (lit && lit.number === pointedAt.current) onLit(null);
          pointedAt.current = null;
        }}
      >
        <img
          {...(image.url !== null && { src: addressOf(image.path, image.url, fileUrl) })}
          alt={label}
          width={image.width}
          height={image.height}
          draggable={false}
          style={{
            transform: `translate(${x}px, ${y}px) scale(${k})`,
            // Single pixels are seen where they are large.
            imageRendering: k >= 2 ? 'pixelated' : 'auto',
            visibility: width === 0 ? 'hidden' : 'visible',
          }}
        />
        <div aria-hidden="true">
          <canvas ref={canvas} />
          <canvas ref={litCanvas} />
        </div>
        {lit && <Tip object={lit} nameOf={nameOf} placement={transform} stage={{ width, height }} />}
      </div>
      <Group gap={6} mt={8}>
        <Control label={t('viewer.zoomOut')} keys="-" onPress={actions.zoomOut}>
          <IconZoomOut size={18} aria-hidden />
        </Control>
        <Control label={t('viewer.zoomIn')} keys="+" onPress={actions.zoomIn}>
          <IconZoomIn size={18} aria-hidden />
        </Control>
        <Control label={t('viewer.fit')} keys="0" onPress={actions.fit}>
          <IconArrowsMaximize size={18} aria-hidden />
        </Control>
        <Control label={t('viewer.actual')} keys="1" onPress={actions.actual}>
          <Text size="xs" fw={600} aria-hidden>
            1:1
          </Text>
        </Control>
        <Note className="tabular" aria-live="off">
          {format.percent(k * (window.devicePixelRatio || 1), 0)}
        </Note>
        {children}
      </Group>
    </div>
  );
}

function addressOf(path: string, url: string, fileUrl: (path: string) => string): string {
  if (url.startsWith('data:')) return url;
  return fileUrl(shownByBrowsers.test(path) ? url : `${url}?size=1024`);
}

interface ControlProps {
  readonly label: string;
  readonly keys: string;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function Control({ label, keys, onPress, children }: ControlProps) {
  return (
    <Tooltip label={`${label} (${keys})`}>
      <ActionIcon variant="default" size="lg" onClick={onPress} aria-label={label} aria-keyshortcuts={keys}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

interface TipProps extends Pick<StageProps, 'nameOf'> {
  readonly object: ShownObject;
  readonly placement: { readonly k: number; readonly x: number; readonly y: number };
  readonly stage: { readonly width: number; readonly height: number };
}

/** What the lit object is, at its corner; what has no box says it at the stage's. */
function Tip({ object, nameOf, placement: { k, x, y }, stage }: TipProps) {
  const texts = useObjectTexts(nameOf);
  const [left, top] = object.box
    ? [object.box[0] * k + x, (object.box[1] + object.box[3]) * k + y + 6]
    : [8, 8];
  const at = {
    left: Math.min(Math.max(4, left), Math.max(4, stage.width - 200)),
    top: Math.min(Math.max(4, top), Math.max(4, stage.height - 48)),
  };
  return (
    <div className={classes.tip} style={at} aria-hidden="true">
      <strong>{nameOf(object.class)}</strong>
      <br />
      {texts.factsOf(object).join(' · ')}
    </div>
  );
}
