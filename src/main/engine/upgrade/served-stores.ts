import { checkRestored } from '../../features/backups/restored-stores.ts';
import { renewCollations } from '../../postgres/collations.ts';
import type { ServerPackage } from '../../postgres/embedded/binaries.ts';
import { startEmbeddedPostgres } from '../../postgres/embedded/embedded-postgres.ts';
import { withClient } from '../../postgres/pool.ts';
import { openStores } from '../../stores/profiles/open-stores.ts';
import { nothingToKeep, type SchemaUse, type Stores } from '../../stores/profiles/stores.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';
import { type AsideParts, stackOf } from '../aside.ts';
import { noteServed } from '../last-served.ts';

/** How stores are opened that an upgrade is about. */
interface Opening {
  readonly schemaUse: SchemaUse;
  /** Of an embedded server that is another version's. */
  readonly source?: ServerPackage | undefined;
  /** Whether the stack's servers stay as they are, and are not made ready for this version. */
  readonly isLeft?: boolean;
}

/** Opens the stores of a state folder, whose servers are started. @param stack closes them */
export async function openServed(
  parts: AsideParts,
  stack: AsyncDisposableStack,
  { schemaUse, source, isLeft = false }: Opening,
): Promise<Stores> {
  const { home, profile, log } = parts;
  const servers = {
    postgres: () => startEmbeddedPostgres(home, source ? { source } : {}),
    stack: async () => {
      const local = stack.use(stackOf(home, parts, isLeft ? [] : undefined));
      await local.stack.up({ services: [], onProgress: () => {} });
      return local.stack.endpoints();
    },
  };
  const stores = stack.use(await openStores(profile, home, log, servers, schemaUse));
  stack.defer(() => stores.expectEnd());
  return stores;
}

/** Opens and closes them as they are: their servers come up where they do not run. */
export async function bringUp(parts: AsideParts): Promise<void> {
  await using stack = new AsyncDisposableStack();
  await openServed(parts, stack, { schemaUse: 'stays', isLeft: true });
}

/**
 * Opens what is served now with this version: goes through the revisions that it is behind with, makes indexes of other collations anew, and
 * uses everything as an engine would.
 * @param manifest of the snapshot that was made before
 * @throws what opening throws, and an Error with what a check found
 */
export async function checkServed(
  parts: AsideParts,
  manifest: Manifest,
  onMigrated: () => void = () => {},
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const stores = await openServed(parts, stack, { schemaUse: nothingToKeep });
  onMigrated();
  await withClient(stores.address, renewCollations);
  const { checks } = await checkRestored(stores, manifest);
  const failed = checks.find(({ ok }) => !ok);
  if (failed) throw new Error(`${failed.check}: ${failed.detail}`);
  noteServed(parts);
}
