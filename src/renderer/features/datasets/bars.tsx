import type { CSSProperties } from 'react';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';

const columns = {
  display: 'grid',
  alignItems: 'center',
  gap: 12,
};

interface BarProps {
  readonly name: string;
  readonly count: number;
  /** The count of the whole width. */
  readonly most: number;
  /** What the name means, below it. */
  readonly note?: string | undefined;
  readonly color?: string | undefined;
  /** Says the share of so many, too. */
  readonly of?: number | undefined;
}

/** A name, a bar and a count, one a row. */
export function Bar({ name, count, most, note, color, of }: BarProps) {
  const { format } = useText();
  const width: CSSProperties = {
    width: `${(count / most) * 100}%`,
    ...(color !== undefined && { background: color }),
  };
  return (
    <div
      style={{
        ...columns,
        gridTemplateColumns: `${note === undefined ? 'minmax(72px, 128px)' : 'minmax(120px, 45%)'} 1fr minmax(${of === undefined ? 52 : 84}px, auto)`,
      }}
    >
      <span className={note === undefined ? 'cut' : ''} title={note === undefined ? name : undefined}>
        {name}
        {note !== undefined && <Note size="xs">{note}</Note>}
      </span>
      <span className="meter" aria-hidden="true">
        {count > 0 && <span style={width} />}
      </span>
      <span className="muted tabular" style={{ textAlign: 'right' }}>
        {format.number(count)}
        {of !== undefined && of > 0 && ` · ${format.percent(count / of, 0)}`}
      </span>
    </div>
  );
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Omit<BarProps, 'most' | 'of'>[];
  /** Says what share of all each is. */
  readonly shares?: boolean;
}

/** Counts side by side, as a list that a screen reader reads as well. */
export function Bars({ label, bars, shares = false }: BarsProps) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const all = bars.reduce((sum, { count }) => sum + count, 0);
  return (
    <ul className="plain-list" style={{ display: 'grid', gap: 6, fontSize: 13 }} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.name}>
          <Bar {...bar} most={most} of={shares ? all : undefined} />
        </li>
      ))}
    </ul>
  );
}
