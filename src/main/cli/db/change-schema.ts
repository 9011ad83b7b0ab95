import { thenRunAgain } from '../../../shared/errors/engine.ts';
import { beforeRevisions } from '../../../shared/model/snapshots.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { DataChange } from '../../postgres/schema/data-changes.ts';
import {
  type MigrationOptions,
  type SchemaChange,
  SchemaService,
} from '../../postgres/schema/schema-service.ts';
import { remark } from '../lib/output.ts';
import { type Options, runningEngine, whereServed, withDatabase } from './at-database.ts';

export interface ChangeOptions extends Options {
  /** False: none is made. */
  readonly snapshot?: false;
  readonly statementTimeout?: string;
}

/** The snapshot that was made before; null where none was. */
type Changed = SchemaChange & { readonly snapshot: string | null };

type Go = (schema: SchemaService, options: MigrationOptions) => Promise<SchemaChange>;

function remarkNone({ revisions }: DataChange): void {
  const names = revisions.join(', ');
  remark(
    `No snapshot is made before ${names}, which ${revisions.length === 1 ? 'changes' : 'change'} data.`,
    `데이터를 바꾸는 리비전(${names}) 전에 스냅숏을 만들지 않습니다.`,
  );
}

const asGiven = (databaseUrl: string) => new SchemaService({ databaseUrl });

/**
 * Goes through revisions. Before those that change data a snapshot of the state folder's stores is made; of a database that only a URL leads
 * to there is none.
 * @param beside whether an engine may run
 * @throws TrainyardError ENGINE_RUNNING, SNAPSHOT_BEFORE_REVISION, and what `SchemaService` throws
 */
export async function changeSchema(options: ChangeOptions, change: Go, beside: boolean): Promise<Changed> {
  const { statementTimeout } = options;
  const go: Go = (schema, more) =>
    change(schema, { ...more, ...(statementTimeout === undefined ? {} : { statementTimeout }) });
  if (options.databaseUrl) return without(go, asGiven(options.databaseUrl));
  const engine = runningEngine();
  if (!engine) return withHeldStores(options, go);
  if (!beside) {
    const { engineRunning } = await import('../lib/engine.ts');
    throw engineRunning(homeFolder(), engine, thenRunAgain);
  }
  return withDatabase(options, async ({ schema }) => {
    if (options.snapshot === false) return without(go, schema);
    let snapshot: string | null = null;
    const change = await go(schema, {
      beforeDataChange: async (change) => {
        const { followed } = await import('../backup/follow.ts');
        const made = await followed((api) => api.create({ why: beforeRevisions(change) }));
        snapshot = made.snapshot?.id ?? null;
      },
    });
    return { ...change, snapshot };
  });
}

async function without(go: Go, schema: SchemaService): Promise<Changed> {
  return {
    ...(await go(schema, { beforeDataChange: async (change) => remarkNone(change) })),
    snapshot: null,
  };
}

async function withHeldStores(options: ChangeOptions, go: Go): Promise<Changed> {
  const [{ holdStores }, { snapshotBefore }, { PartLine }, { profileInUse }] = await Promise.all([
    import('../../engine/held-stores.ts'),
    import('../../engine/snapshot-before.ts'),
    import('../backup/follow.ts'),
    import('../lib/profile-in-use.ts'),
  ]);
  await using stack = new AsyncDisposableStack();
  const profile = await profileInUse(openHome(homeFolder()));
  const { home, settings, log, stores } = await whereServed(profile, () =>
    holdStores({ home: homeFolder() }, stack, true),
  );
  if (options.snapshot === false) return without(go, stores.schema);
  const line = new PartLine();
  stack.defer(() => line.clear());
  const make = snapshotBefore(home, settings, log, (progress) => line.show(progress));
  let snapshot: string | null = null;
  const change = await go(stores.schema, {
    beforeDataChange: async (change) => {
      snapshot = await make(stores, change);
      line.clear();
    },
  });
  return { ...change, snapshot };
}
