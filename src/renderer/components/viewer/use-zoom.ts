import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How much one press magnifies. */
const pressFactor = 1.4;
/** Screen pixels for one pixel of the image, where it is magnified most. */
const mostMagnified = 40;

/** The scale at which the image fills the stage. */
const fitting = (image: Size, stage: Size) =>
  Math.min(stage.width / image.width, stage.height / image.height);

function placed(image: Size, stage: Size, k: number): ZoomTransform {
  return zoomIdentity
    .translate((stage.width - image.width * k) / 2, (stage.height - image.height * k) / 2)
    .scale(k);
}

/** Lets an image on a stage be zoomed and dragged, by mouse, finger and what `useZoom` returns. An image always covers the stage or stands in its middle. */
export function useZoom(
  stage: RefObject<HTMLDivElement | null>,
  image: Size & { readonly path: string },
  size: Size,
) {
  const [transform, setTransform] = useState(zoomIdentity);
  const behavior = useRef<ZoomBehavior<HTMLDivElement, unknown> | null>(null);
  // A stage that gets another size keeps an image fitted that was so.
  const isFitted = useRef(true);
  const { width, height } = image;

  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const own = zoom<HTMLDivElement, unknown>()
      .duration(0)
      .on('zoom', (event: D3ZoomEvent<HTMLDivElement, unknown>) => {
        if (event.sourceEvent) isFitted.current = false;
        setTransform(event.transform);
      });
    behavior.current = own;
    select(element).call(own);
    return () => void select(element).on('.zoom', null);
  }, [stage]);

  const act = useCallback(
    (
      action: (own: ZoomBehavior<HTMLDivElement, unknown>, selection: ReturnType<typeof selectStage>) => void,
    ) => {
      if (behavior.current && stage.current) action(behavior.current, selectStage(stage.current));
    },
    [stage],
  );
  const [across, down] = [size.width, size.height];
  const fitToStage = useCallback(() => {
    isFitted.current = true;
    if (across === 0) return;
    const [shown, on] = [
      { width, height },
      { width: across, height: down },
    ];
    act((own, selection) => own.transform(selection, placed(shown, on, fitting(shown, on))));
  }, [act, width, height, across, down]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another image begins fitted
  useEffect(fitToStage, [image.path]);
  useEffect(() => {
    if (across === 0) return;
    const least = fitting({ width, height }, { width: across, height: down });
    behavior.current
      ?.extent([
        [0, 0],
        [across, down],
      ])
      .translateExtent([
        [0, 0],
        [width, height],
      ])
      .scaleExtent([Math.min(least, 1), Math.max(least, 1) * mostMagnified]);
    if (isFitted.current) fitToStage();
  }, [fitToStage, width, height, across, down]);

  const by = (factor: number) =>
    act((own, selection) => {
      isFitted.current = false;
      own.scaleBy(selection, factor);
    });
  return {
    transform,
    fit: fitToStage,
    zoomIn: () => by(pressFactor),
    zoomOut: () => by(1 / pressFactor),
    /** One pixel of the image is one of the screen. */
    actual: () =>
      act((own, selection) => {
        isFitted.current = false;
        own.scaleTo(selection, 1 / (window.devicePixelRatio || 1));
      }),
    /** Moves what is seen by so many pixels of the screen. */
    pan: (right: number, below: number) =>
      act((own, selection) => {
        isFitted.current = false;
        own.translateBy(selection, -right / transform.k, -below / transform.k);
      }),
  };
}

const selectStage = (element: HTMLDivElement) => select<HTMLDivElement, unknown>(element);
