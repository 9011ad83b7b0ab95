import type { ReactNode } from 'react';
import classes from './facts.module.css';

interface FactsProps {
  /** A value that a machine reads letter by letter is `mono`. */
  readonly facts: readonly (readonly [name: string, value: ReactNode, look?: 'mono'])[];
}

/** Names and values, one a row. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value, look]) => (
        <div key={name} className={classes.row}>
          <dt>{name}</dt>
          <dd className={look}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
