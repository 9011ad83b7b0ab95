interface SparklineProps {
  /** Oldest first; null if nothing was measured. */
  readonly values: readonly (number | null)[];
  /** What the full width holds: fewer values stand at its right end. */
  readonly capacity: number;
  /** The height's value at least; more where a value is higher. */
  readonly full: number;
  /** In words, for those who do not see it. */
  readonly label: string;
}

const [width, height] = [112, 22];

/** The last values as a small line. */
export function Sparkline({ values, capacity, full, label }: SparklineProps) {
  const top = Math.max(full, ...values.map((value) => value ?? 0)) * 1.08;
  const x = (index: number) => width - ((values.length - 1 - index) * width) / Math.max(1, capacity - 1);
  const y = (value: number) => height - 1.5 - (value / top) * (height - 3);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [`${x(index).toFixed(1)},${y(value).toFixed(1)}`],
  );
  const [first] = points;
  const last = points.at(-1);
  return (
    <svg
      style={{ display: 'block', flex: 'none', overflow: 'visible' }}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--line)" />
      {first !== undefined && last !== undefined && points.length > 1 && (
        <>
          <polygon
            points={`${first.split(',')[0]},${height} ${points.join(' ')} ${last.split(',')[0]},${height}`}
            fill="var(--mantine-primary-color-filled)"
            fillOpacity={0.14}
          />
          <polyline
            points={points.join(' ')}
            fill="none"
            stroke="var(--mantine-primary-color-filled)"
            strokeWidth={1.5}
            strokeLinejoin="round"
          />
        </>
      )}
    </svg>
  );
}
