import type pg from 'pg';
import { failpoint } from '../platform/failpoints.ts';

/** Rules of sorting that the server has in another version than its indexes were made with. */
export interface OtherCollation {
  /** As SQL names it; null: the database's own. */
  readonly name: string | null;
  readonly recorded: string;
  readonly actual: string;
}

/** Collations of other versions: the database's, and those that an index of ours is sorted by. */
export async function otherCollations(client: Pick<pg.ClientBase, 'query'>): Promise<OtherCollation[]> {
  const { rows } = await client.query<OtherCollation>(
    `SELECT NULL AS name, datcollversion AS recorded, pg_database_collation_actual_version(oid) AS actual
     FROM pg_database WHERE datname = current_database()
       AND datcollversion <> pg_database_collation_actual_version(oid)
     UNION ALL
     SELECT format('%I.%I', n.nspname, c.collname), c.collversion, pg_collation_actual_version(c.oid)
     FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
     WHERE c.collversion <> pg_collation_actual_version(c.oid)
       AND (EXISTS (SELECT FROM pg_index i WHERE c.oid = ANY (i.indcollation))
         OR EXISTS (SELECT FROM pg_depend d JOIN pg_class x ON x.oid = d.objid AND x.relkind IN ('i', 'I')
           WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid))
     ORDER BY name NULLS FIRST`,
  );
  return rows;
}

/**
 * Makes all indexes anew where a collation is of another version, then has the server remember that. Killed between, it is done again. Nothing
 * else writes meanwhile.
 */
export async function renewCollations(client: Pick<pg.ClientBase, 'query'>): Promise<OtherCollation[]> {
  const others = await otherCollations(client);
  if (others.length === 0) return others;
  // However large an index is.
  await client.query('SET statement_timeout = 0');
  const { rows } = await client.query<{ index: string }>(
    `SELECT x.oid::regclass::text AS index FROM pg_class x
     WHERE x.relkind = 'i' AND x.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  for (const { index } of rows) await client.query(`REINDEX INDEX ${index}`);
  const { rows: named } = await client.query<{ database: string }>(
    `SELECT format('%I', current_database()) AS database`,
  );
  for (const { name } of others) {
    const what =
      name === null ? `DATABASE ${named[0]?.database} REFRESH COLLATION` : `COLLATION ${name} REFRESH`;
    failpoint('upgrade.collation.before');
    await client.query(`ALTER ${what} VERSION`);
    failpoint('upgrade.collation.after');
  }
  return others;
}
