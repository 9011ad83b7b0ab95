import type { ReactNode } from 'react';

const row = { display: 'grid', gridTemplateColumns: 'minmax(110px, 34%) 1fr', gap: 12, padding: '6px 0' };

interface FactsProps {
  /** A value that a machine reads letter by letter is `mono`. */
  readonly facts: readonly (readonly [name: ReactNode, value: ReactNode, look?: 'mono'])[];
}

/** Names and values, one a row. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className="divided" style={{ margin: 0, fontSize: 13 }}>
      {facts.map(([name, value, look], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they keep their order
        <div key={at} style={row}>
          <dt className="muted">{name}</dt>
          <dd className={look ?? 'tabular'} style={{ margin: 0, minWidth: 0, overflowWrap: 'anywhere' }}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
