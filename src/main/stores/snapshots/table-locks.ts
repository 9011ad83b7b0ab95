import { fault } from '../../../shared/errors/catalogue.ts';
import { hasCode } from '../../platform/error-code.ts';
import { tableHolders } from '../../postgres/lock-holders.ts';
import type { PostgresAddress } from '../../postgres/pool.ts';

/**
 * Does what needs a table's lock.
 * @throws TrainyardError SNAPSHOT_TABLE_LOCKED, which names who has the table, where the lock did not come in time
 */
export async function namingLock<Result>(
  address: PostgresAddress,
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, '55P03')) throw error;
    throw fault(
      'SNAPSHOT_TABLE_LOCKED',
      { table, who: await tableHolders(address, table) },
      { cause: error },
    );
  }
}
