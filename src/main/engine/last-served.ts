import path from 'node:path';
import * as z from 'zod/mini';
import { replaceFile } from '../platform/durable-file.ts';
import { failpoint } from '../platform/failpoints.ts';
import { inspectStateFile } from '../platform/state-file.ts';
import { packageFolder } from '../postgres/embedded/binaries.ts';
import type { AsideParts } from './aside.ts';
import { version } from './version.ts';

const servedSchema = z.object({
  version: z.literal(1),
  product: z.string(),
  since: z.string(),
  /** The package of the embedded PostgreSQL; null where it was another server. */
  server: z.nullable(z.string()),
});
/** Which version of the product the data was last served by, and since when. */
export type LastServed = Pick<z.infer<typeof servedSchema>, 'product' | 'since' | 'server'>;

const servedFile = (home: string) => path.join(home, 'served.json');

/** Null where nobody knows: only people read it. */
export function lastServed(home: string): LastServed | null {
  const found = inspectStateFile(servedFile(home), servedSchema, { hint: '' });
  return found.kind === 'whole' ? found.value : null;
}

/** Writes down that this version serves the data of a state folder, where another one did. Nothing needs it: a full disk stops nobody. */
export function noteServed({ home, profile, log }: Pick<AsideParts, 'home' | 'profile' | 'log'>): void {
  if (lastServed(home)?.product === version) return;
  const server = profile === 'embedded' ? packageFolder().version : null;
  const served = { version: 1, product: version, since: new Date().toISOString(), server };
  try {
    failpoint('upgrade.served.before');
    replaceFile(servedFile(home), `${JSON.stringify(served, null, 2)}\n`);
    failpoint('upgrade.served.after');
  } catch (error) {
    log.warn({ err: error }, 'which version serves the data could not be written down');
  }
}
