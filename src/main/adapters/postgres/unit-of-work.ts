import type pg from 'pg';
import { type Tx, transactionMark, type UnitOfWork } from '../../domain/journal/ports.ts';
import { inTransaction } from '../embedded/transaction.ts';

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
