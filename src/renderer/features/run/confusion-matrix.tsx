import type { CSSProperties } from 'react';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import type { Confusion } from './artifact.ts';
import classes from './confusion-matrix.module.css';

/** Above this many classes cells are too small for numbers. */
const mostNumbered = 24;

/** What was taken for what: rows are what an image is, columns what it was taken for; the darker, the more of the row. */
export function ConfusionMatrix({ data }: { readonly data: Confusion }) {
  const { t, format } = useText();
  const { classes: names, matrix } = data;
  const numbered = names.length <= mostNumbered;
  return (
    <div className="surface panel" style={{ overflowX: 'auto' }}>
      <Note mb="sm">{t('artifacts.confusionHint', { split: data.split })}</Note>
      <table
        className={classes.matrix}
        data-numbered={numbered || undefined}
        aria-label={t('artifacts.confusion')}
      >
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((row, truth) => {
            const sum = row.reduce((total, count) => total + count, 0);
            return (
              <tr key={names[truth]}>
                <th scope="row">{names[truth]}</th>
                {row.map((count, predicted) => (
                  <td
                    key={names[predicted]}
                    data-right={truth === predicted || undefined}
                    data-strong={(sum > 0 && count / sum > 0.55) || undefined}
                    style={{ '--share': sum > 0 ? count / sum : 0 } as CSSProperties}
                    title={t('artifacts.confused', {
                      truth: names[truth],
                      predicted: names[predicted],
                      count,
                      total: sum,
                    })}
                  >
                    {numbered && count > 0 ? format.number(count) : ''}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
