import { useText } from '../i18n/use-text.ts';

const columns = {
  display: 'grid',
  gridTemplateColumns: 'minmax(72px, 128px) 1fr minmax(52px, auto)',
  alignItems: 'center',
  gap: 12,
};

interface BarsProps {
  readonly label: string;
  readonly bars: readonly { readonly name: string; readonly count: number }[];
}

/** Counts side by side, as a list that a screen reader reads as well. */
export function Bars({ label, bars }: BarsProps) {
  const { format } = useText();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <ul className="plain-list" style={{ display: 'grid', gap: 6, fontSize: 13 }} aria-label={label}>
      {bars.map(({ name, count }) => (
        <li key={name} style={columns}>
          <span className="cut" title={name}>
            {name}
          </span>
          <span className="meter" aria-hidden="true">
            <span style={{ width: `${(count / most) * 100}%` }} />
          </span>
          <span className="muted tabular" style={{ textAlign: 'right' }}>
            {format.number(count)}
          </span>
        </li>
      ))}
    </ul>
  );
}
