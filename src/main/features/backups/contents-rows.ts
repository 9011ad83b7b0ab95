import type { Db } from '../../postgres/db.ts';
import { query } from '../../postgres/rows.ts';

/** Whether the stores hold anything that a person or the sample made. */
export async function hasContents(db: Db): Promise<boolean> {
  const [row] = await query<{ found: boolean }>(
    db,
    `SELECT EXISTS (SELECT FROM projects) OR EXISTS (SELECT FROM datasets) OR EXISTS (SELECT FROM weights)
      OR EXISTS (SELECT FROM run_templates) AS found`,
  );
  return row?.found ?? true;
}
