import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { UpgradePlan } from '../../../shared/model/upgrade.ts';
import type { AsideParts } from '../../engine/aside.ts';
import type { UpgradeFacts } from '../../engine/upgrade/facts.ts';
import type { S3Endpoint, ServerEndpoint } from '../../platform/endpoints.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { profileInUse } from '../lib/profile-in-use.ts';
import { profileServers } from '../lib/profile-servers.ts';

/** What cannot be asked stands in no plan's way. */
const away = /^(?:POSTGRES_UNREACHABLE|S3_.+|STACK_ABSENT)$/;

/**
 * What an upgrade of the state folder would change; changes nothing. An embedded server is started for as long as this takes where no engine
 * runs.
 * @param choices of images, each as `service=reference`, among those that were chosen
 */
export async function readUpgradePlan(choices: readonly string[]): Promise<UpgradePlan> {
  const home = openHome(homeFolder());
  const [{ lastServed }, { upgradePlan }, { stackImages, withChoices }, { openSettings }] = await Promise.all(
    [
      import('../../engine/last-served.ts'),
      import('../../engine/upgrade/plan.ts'),
      import('../../stack/stack-images.ts'),
      import('../../stores/settings/settings-store.ts'),
    ],
  );
  const profile = await profileInUse(home);
  using settings = openSettings(home);
  const images = withChoices(stackImages(settings), choices);
  const { pino } = await import('pino');
  const facts = await readFacts({ home, profile, settings, images, log: pino({ enabled: false }) });
  return upgradePlan(profile, lastServed(home)?.product ?? null, facts);
}

async function readFacts(parts: AsideParts): Promise<UpgradeFacts> {
  const { home, profile } = parts;
  const { embeddedChange, readUpgradeFacts } = await import('../../engine/upgrade/facts.ts');
  if (profile !== 'embedded') return readServed(parts, profile);
  const isRead = existsSync(path.join(home, 'database.json')) && (findEngine(home) || !embeddedChange(home));
  if (!isRead) return readUpgradeFacts(parts, null, null);
  const { withEmbeddedDatabase } = await import('../embedded-database.ts');
  return withEmbeddedDatabase(async (url) => {
    await using stack = new AsyncDisposableStack();
    return await readUpgradeFacts(parts, await asked({ url, tls: null }, stack), null);
  });
}

/** Of servers; without the database where that is not there, as in a stopped stack. */
async function readServed(parts: AsideParts, profile: 'docker' | 'external'): Promise<UpgradeFacts> {
  const { home } = parts;
  const { readUpgradeFacts } = await import('../../engine/upgrade/facts.ts');
  await using stack = new AsyncDisposableStack();
  const isMade = profile === 'external' || existsSync(path.join(home, 'stack', 'stack.json'));
  const servers = isMade ? await profileServers(home, profile, stack) : null;
  try {
    const database = servers && (await asked(servers.postgres, stack));
    const objects = profile === 'docker' && servers?.s3 ? await objectsAt(servers.s3, stack) : null;
    return await readUpgradeFacts(parts, database, objects);
  } catch (error) {
    if (!(error instanceof TrainyardError) || !away.test(error.code)) throw error;
    return await readUpgradeFacts(parts, null, null);
  }
}

async function asked({ url, tls }: ServerEndpoint, stack: AsyncDisposableStack) {
  const [{ createPool }, { SchemaService }] = await Promise.all([
    import('../../postgres/pool.ts'),
    import('../../postgres/schema/schema-service.ts'),
  ]);
  const pool = createPool({ url, tls }, { onIdleError: () => {} });
  stack.defer(() => pool.end());
  return { pool, schema: new SchemaService({ databaseUrl: url, tls }) };
}

async function objectsAt(s3: S3Endpoint, stack: AsyncDisposableStack) {
  const { openS3Objects } = await import('../../stores/objects/s3/object-store.ts');
  // Nothing that is only listed comes into it.
  const cache = await mkdtemp(path.join(tmpdir(), 'trainyard-objects-'));
  stack.defer(() => rm(cache, { recursive: true, force: true }));
  return stack.use(await openS3Objects(s3, cache, () => undefined));
}
