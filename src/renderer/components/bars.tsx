import { useText } from '../i18n/use-text.ts';
import classes from './bars.module.css';

interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands at the bar's end; the value as a number where left out. */
  readonly text?: string;
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The full width's value; the largest where left out. */
  readonly full?: number;
}

/** Values side by side, as a list that a screen reader reads as well. */
export function Bars({ label, bars, full }: BarsProps) {
  const { format } = useText();
  const most = full ?? Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ul className={`plain-list ${classes.bars}`} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.name} className={classes.row}>
          <span className="cut" title={bar.name}>
            {bar.name}
          </span>
          <span className="meter" aria-hidden="true">
            <span style={{ width: `${(bar.value / most) * 100}%` }} />
          </span>
          <span className={`muted tabular ${classes.value}`}>{bar.text ?? format.number(bar.value)}</span>
        </li>
      ))}
    </ul>
  );
}
