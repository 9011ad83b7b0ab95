import type pg from 'pg';
import { inTransaction } from './transaction.ts';

/** Marks a {@link Tx}; only the adapter that begins transactions makes one. */
const transactionMark = Symbol('transaction');

/**
 * A transaction of the runs' store that is under way. Domain code passes it on and never looks inside; the adapter that
 * made it knows what it is.
 */
export interface Tx {
  readonly [transactionMark]: true;
}

/** Where transactions come from. */
export interface UnitOfWork {
  /** Commits what `work` did through its `Tx`, all of it or nothing; rolls back and rethrows where it throws. */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

class PostgresTx implements Tx {
  readonly [transactionMark] = true;
  readonly client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.client = client;
  }
}

/** Transactions of the runs' store. */
export class PostgresUnitOfWork implements UnitOfWork {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return inTransaction(this.pool, (client) => work(new PostgresTx(client)));
  }
}

/** The connection of a transaction. @throws Error where another store made it */
export function clientOf(tx: Tx): pg.PoolClient {
  if (tx instanceof PostgresTx) return tx.client;
  throw new Error('this transaction is another store’s');
}
