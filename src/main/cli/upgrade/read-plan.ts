import { existsSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { UpgradePlan } from '../../../shared/model/upgrade.ts';
import type { AsideParts } from '../../engine/aside.ts';
import type { UpgradeFacts } from '../../engine/upgrade/facts.ts';
import type { ServerEndpoint, StoreEndpoints } from '../../platform/endpoints.ts';
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
  const [{ lastServed }, { planUpgrade }, { stackImages, withChoices }, { openSettings }] = await Promise.all(
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
  return planUpgrade(profile, lastServed(home)?.product ?? null, facts);
}

async function readFacts(parts: AsideParts): Promise<UpgradeFacts> {
  const { home, profile } = parts;
  const { embeddedChange, readUpgradeFacts } = await import('../../engine/upgrade/facts.ts');
  if (profile !== 'embedded') {
    await using stack = new AsyncDisposableStack();
    const servers = await serversOf(home, profile, stack);
    return await whereAsked(servers?.postgres ?? null, (database) =>
      readUpgradeFacts(parts, database, (database && servers?.s3) ?? null),
    );
  }
  const isRead = existsSync(path.join(home, 'database.json')) && (findEngine(home) || !embeddedChange(home));
  if (!isRead) return readUpgradeFacts(parts, null, null);
  const { withEmbeddedDatabase } = await import('../embedded-database.ts');
  return withEmbeddedDatabase((url) => readUpgradeFacts(parts, { url, tls: null }, null));
}

async function serversOf(
  home: string,
  profile: 'docker' | 'external',
  stack: AsyncDisposableStack,
): Promise<StoreEndpoints | null> {
  if (profile === 'docker' && !existsSync(path.join(home, 'stack', 'stack.json'))) return null;
  return profileServers(home, profile, stack);
}

/** Without the database where it is not there, as that of a stopped stack. */
async function whereAsked(
  database: ServerEndpoint | null,
  read: (database: ServerEndpoint | null) => Promise<UpgradeFacts>,
): Promise<UpgradeFacts> {
  try {
    return await read(database);
  } catch (error) {
    if (!(error instanceof TrainyardError) || !away.test(error.code)) throw error;
    return read(null);
  }
}
