import { Group, SegmentedControl } from '@mantine/core';
import { type CSSProperties, useMemo, useState } from 'react';
import { DataTable, number } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { type Confusion, mostConfused } from './confusion.ts';
import { ConfusionMap } from './confusion-map.tsx';
import classes from './confusion-matrix.module.css';
import { useConfusionTexts } from './use-confusion-texts.ts';

/** Above so many classes cells are too small for numbers, */
const mostNumbered = 24;
/** and above so many too many for a table. */
const mostCells = 60;
const mostListed = 10;

/** What was taken for what: rows are what a thing is, columns what it was taken for; the darker, the more of the row. */
export function ConfusionMatrix({ data }: { readonly data: Confusion }) {
  const { t } = useText();
  const [shown, setShown] = useState<'counts' | 'shares'>(data.isOfPixels ? 'shares' : 'counts');
  const hints = [
    t('artifacts.confusionHint', { split: data.split }),
    ...(data.isOfObjects ? [t('confusion.objectsHint')] : []),
    ...(data.isOfPixels ? [t('confusion.pixelsHint')] : []),
  ];
  const size = data.names.length;
  return (
    <div className="surface panel">
      <Group gap={14} mb="sm" justify="space-between" wrap="wrap-reverse">
        <Note flex="1 1 280px">{hints.join(' ')}</Note>
        {size <= mostNumbered && (
          <SegmentedControl
            size="xs"
            aria-label={t('confusion.cells')}
            value={shown}
            onChange={setShown}
            data={[
              { value: 'counts', label: t('confusion.counts') },
              { value: 'shares', label: t('confusion.shares') },
            ]}
          />
        )}
      </Group>
      {size > mostCells ? <ConfusionMap data={data} /> : <ConfusionTable data={data} shown={shown} />}
      {size > 2 && <MostConfused data={data} />}
    </div>
  );
}

interface ConfusionTableProps {
  readonly data: Confusion;
  readonly shown: 'counts' | 'shares';
}

function ConfusionTable({ data, shown }: ConfusionTableProps) {
  const { t, format } = useText();
  const { matrix, sums, background } = data;
  const { nameOf, sentenceOf } = useConfusionTexts(data);
  const places = [...matrix.keys()];
  const numbered = places.length <= mostNumbered;
  const text = (count: number, sum: number) =>
    shown === 'shares' ? format.percent(count / sum, count / sum < 0.0995 ? 1 : 0) : format.compact(count);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section style={{ overflowX: 'auto' }} aria-label={t('artifacts.confusion')} tabIndex={0}>
      <table
        className={classes.matrix}
        data-numbered={numbered || undefined}
        aria-label={t('artifacts.confusion')}
      >
        <thead>
          <tr>
            <td />
            {places.map((place) => (
              <th key={place} scope="col" data-background={place === background || undefined}>
                <span title={nameOf(place)}>{nameOf(place)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, truth) => {
            const sum = sums[truth] ?? 0;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two classes may have one name
              <tr key={truth}>
                <th scope="row" title={nameOf(truth)} data-background={truth === background || undefined}>
                  {nameOf(truth)}
                </th>
                {row.map((count, predicted) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: two classes may have one name
                    key={predicted}
                    data-right={truth === predicted || undefined}
                    data-strong={(sum > 0 && count / sum > 0.55) || undefined}
                    style={{ '--share': sum > 0 ? count / sum : 0 } as CSSProperties}
                    title={sentenceOf(truth, predicted)}
                  >
                    {numbered && count > 0 ? text(count, sum) : ''}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The mistakes in words, for eyes that do not see a cell among thousands, too. */
function MostConfused({ data }: { readonly data: Confusion }) {
  const { t, format } = useText();
  const { nameOf } = useConfusionTexts(data);
  const rows = useMemo(() => mostConfused(data, mostListed), [data]);
  if (rows.length === 0) return <Note mt="md">{t('confusion.noMistakes')}</Note>;
  return (
    <details className={classes.most} open={data.names.length > mostNumbered}>
      <summary>{t('confusion.most')}</summary>
      <DataTable
        minWidth={320}
        rows={rows}
        rowKey={({ truth, predicted }) => `${truth} ${predicted}`}
        columns={[
          [t('confusion.truth'), ({ truth }) => nameOf(truth)],
          [t('confusion.predicted'), ({ predicted }) => nameOf(predicted)],
          [t('confusion.count'), ({ count }) => format.number(count), number],
          [t('confusion.shareOfClass'), ({ share }) => format.percent(share), number],
        ]}
      />
    </details>
  );
}
