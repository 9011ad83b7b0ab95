import { type PointerEvent, useLayoutEffect, useRef, useState } from 'react';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import type { Confusion } from './confusion.ts';
import classes from './confusion-matrix.module.css';
import { useConfusionTexts } from './use-confusion-texts.ts';

/** As in the table: right answers are blue, mistakes red. */
const [right, wrong] = [
  [53, 103, 214],
  [200, 56, 79],
] as const;

/** A matrix of more classes than a table can have cells for: a pixel each, enlarged. What is under the pointer stands below it. */
export function ConfusionMap({ data }: { readonly data: Confusion }) {
  const { t } = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { sentenceOf } = useConfusionTexts(data);
  const [at, setAt] = useState<readonly [truth: number, predicted: number] | null>(null);
  const size = data.names.length;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(size, size);
    for (const [truth, row] of data.matrix.entries()) {
      for (const [predicted, count] of row.entries()) {
        // Rare mistakes are seen, too: their part would be too pale for one pixel.
        const share = Math.sqrt(count / (data.sums[truth] || 1));
        const color = truth === predicted ? right : wrong;
        image.data.set([...color, Math.round(share * 255)], (truth * size + predicted) * 4);
      }
    }
    context.putImageData(image, 0, 0);
  }, [data, size]);
  const point = (event: PointerEvent) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const place = (distance: number, length: number) =>
      Math.min(size - 1, Math.max(0, Math.floor((distance / length) * size)));
    setAt([place(event.clientY - top, height), place(event.clientX - left, width)]);
  };
  return (
    <>
      <canvas
        ref={canvas}
        className={classes.map}
        width={size}
        height={size}
        role="img"
        aria-label={t('artifacts.confusion')}
        onPointerMove={point}
        onPointerLeave={() => setAt(null)}
      />
      <Note mt={6} mih={22} className="tabular">
        {at ? sentenceOf(...at) : t('confusion.pointHint')}
      </Note>
    </>
  );
}
