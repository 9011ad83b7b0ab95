import { MultiSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Chart } from '../../charts/chart.tsx';
import type { ChartLine, View } from '../../charts/chart-line.ts';
import { LineBuffer } from '../../charts/line-buffer.ts';
import { colorAt, colorCount } from '../../charts/palette.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { type Curves, meanCurve } from './pr-curves.ts';

const settings = { axis: 'recall', smoothing: 0, logarithmic: false } as const;
/** It is no class, and lies across all of them. */
const meanColor = '#7d8590';

/** The curves never change. */
const onChange = () => () => {};

/** Precision over recall: of each class, and of all together. */
export function PrCurves({ data }: { readonly data: Curves }) {
  const { t, format } = useText();
  const [view, setView] = useState<View>(null);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const { curves, overlap, split } = data;
  // With many classes the weakest ones are worth looking at.
  const first = useMemo(
    () =>
      curves
        .filter(({ points }) => points.length > 0)
        .toSorted((a, b) => (a.averagePrecision ?? 0) - (b.averagePrecision ?? 0))
        .slice(0, colorCount)
        .map(({ place }) => String(place)),
    [curves],
  );
  const shown = chosen ?? first;
  const lines = useMemo(() => {
    const nameWith = (name: string, value: number | null) =>
      value === null ? name : `${name} · AP ${value.toFixed(3)}`;
    const known = curves.flatMap(({ averagePrecision }) => averagePrecision ?? []);
    const mean = known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
    return [
      lineOf('mean', nameWith(t('prCurves.mean'), mean), meanColor, true, meanCurve(curves)),
      ...curves
        .filter(({ place }) => shown.includes(String(place)))
        .map(({ place, name, averagePrecision, points }, index) =>
          // Colours of few classes are those of their boxes.
          lineOf(
            `class ${place}`,
            nameWith(name, averagePrecision),
            colorAt(curves.length <= colorCount ? place : index),
            false,
            points,
          ),
        ),
    ];
  }, [curves, shown, t]);
  const hints = [
    ...(overlap === null ? [] : [t('prCurves.overlap', { overlap: format.percent(overlap, 0) })]),
    t('prCurves.hint', { split }),
  ];
  const empty = curves.filter(({ points }) => points.length === 0);
  return (
    <div>
      <Note mb="xs">{hints.join(' ')}</Note>
      {curves.length > colorCount && (
        <MultiSelect
          mb="xs"
          size="xs"
          maw={640}
          searchable
          hidePickedOptions
          maxValues={colorCount}
          aria-label={t('prCurves.classes')}
          placeholder={t('prCurves.classes')}
          nothingFoundMessage={t('common.noMatch')}
          data={curves.map(({ name, place }) => ({ value: String(place), label: name }))}
          value={[...shown]}
          onChange={setChosen}
        />
      )}
      <Chart title={t('prCurves.title')} {...{ lines, settings, view, onChange }} onView={setView} tall />
      {empty.length > 0 && (
        <Note mt="xs">{t('prCurves.without', { names: empty.map(({ name }) => name).join(', ') })}</Note>
      )}
    </div>
  );
}

function lineOf(
  key: string,
  label: string,
  color: string,
  dashed: boolean,
  points: ReturnType<typeof meanCurve>,
): ChartLine {
  const buffer = new LineBuffer();
  for (const { recall, precision } of points) buffer.append(recall, precision);
  return { ...{ key, label, color, dashed }, buffer: () => buffer, stepsPerEpoch: () => 0 };
}
