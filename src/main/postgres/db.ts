import type pg from 'pg';
import { inTransaction } from './transaction.ts';

/** Where a {@link Tx} and a {@link Db} keep their connection, for rows.ts. */
export const connection = Symbol('connection');

/** A transaction that is under way. Rules hand it on and never look inside: files of SQL run their statements in it. */
export interface Tx {
  readonly [connection]: pg.PoolClient;
}

/** The database, for rules, which hand it on as well. */
export class Db {
  readonly [connection]: pg.Pool;

  constructor(pool: pg.Pool) {
    this[connection] = pool;
  }

  /** Commits what `work` did through its `Tx`, all of it or nothing; rolls back and rethrows where it throws. */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return inTransaction(this[connection], (client) => work({ [connection]: client }));
  }
}
