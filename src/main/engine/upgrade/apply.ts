import { existsSync } from 'node:fs';
import path from 'node:path';
import { fault, inBoth } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { driftSentence } from '../../../shared/format/drift.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { beforeUpgrade } from '../../../shared/model/snapshots.ts';
import type { UpgradeChange, UpgradePlan } from '../../../shared/model/upgrade.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { diskRoom, noRoom } from '../../platform/faults/disk-room.ts';
import { keptPrevious } from '../../platform/state-switch.ts';
import type { ServerPackage } from '../../postgres/embedded/binaries.ts';
import type { PinnedImages } from '../../stack/record.ts';
import { saveImages, stackImages, withChoices } from '../../stack/stack-images.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';
import { type GivenKey, identityFor } from '../../stores/snapshots/snapshot-key.ts';
import { type AsideParts, stackOf, sweepStates } from '../aside.ts';
import { finishDecided } from '../decided-switch.ts';
import type { EngineOptions } from '../held-home.ts';
import { lastServed } from '../last-served.ts';
import { discardPrevious, revertState } from '../replace-state.ts';
import { drillSnapshot, type RestoreProgress, restoreBeside } from '../restore-aside.ts';
import { withHeldHome } from '../restore-home.ts';
import { makeSnapshot } from '../snapshot-before.ts';
import { readServerChanges, readUpgradeFacts } from './facts.ts';
import { oldServer } from './old-server.ts';
import { upgradePlan } from './plan.ts';
import { bringUp, checkServed, openServed } from './served-stores.ts';
import { stopRuns } from './stop-runs.ts';

/** How an upgrade is wanted. */
export interface UpgradeRequest {
  /** Of images, each as `service=reference`, among those that were chosen; they are kept once it is done. */
  readonly choices: readonly string[];
  /** Whether runs under way are cancelled. */
  readonly stopsRuns: boolean;
  /** A folder with the PostgreSQL that embedded data is of, where that is another version's; null: it is looked for. */
  readonly server: string | null;
  /** What opens a snapshot that is encrypted; null: nobody has it. */
  readonly keyOf: (manifest: Manifest) => Promise<GivenKey | null>;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/** An upgrade that was done. */
export interface Upgraded {
  readonly plan: UpgradePlan;
  /** The id of the one that was made before. */
  readonly snapshot: string;
}

interface Made {
  readonly plan: UpgradePlan;
  readonly folder: string;
  readonly manifest: Manifest;
}

/** What is done to a state folder, and what it takes back. */
interface Upgrade extends UpgradeRequest {
  /** With the images that come. */
  readonly parts: AsideParts;
  /** With those that are chosen now. */
  readonly held: AsideParts;
  /** Those that served last; null where they stay, or there is no stack. */
  readonly before: PinnedImages | null;
  readonly source: ServerPackage | undefined;
}

/**
 * Brings the data of a state folder, and the servers that it is in, to what this version of the product brings. A snapshot is made first, by
 * what served it last. Where data has to be moved that is restored beside, with the new servers, checked, and switched to; else it is done in
 * place. Whatever fails, what was served comes back by itself; killed at any moment the old state serves or the new one, whole.
 * @returns null where there is nothing to upgrade
 * @throws TrainyardError ENGINE_RUNNING, UPGRADE_…, DISK_FULL and what opening the stores and making a snapshot throw
 */
export function applyUpgrade(
  options: Pick<EngineOptions, 'home' | 'profile'>,
  request: UpgradeRequest,
): Promise<Upgraded | null> {
  return withHeldHome(options, async (held) => {
    if (!hasData(held)) return null;
    await sweepStates(held);
    const parts = { ...held, images: withChoices(stackImages(held.settings), request.choices) };
    const changes = await readServerChanges(parts);
    const embedded = changes.find((change) => change.what === 'postgres');
    const source = embedded && oldServer(held.home, embedded.from, request.server);
    const before = await keepOwnImages(parts, changes);
    const upgrade: Upgrade = { ...request, parts, held, before, source };
    const made = await snapshotOf(upgrade);
    if (!made) return null;
    request.onProgress({ part: 'servers', done: 0 });
    await (made.plan.way === 'move' ? move(upgrade, made) : inPlace(upgrade, made));
    return { plan: made.plan, snapshot: made.manifest.id };
  });
}

/** Whether there is anything that a server would not make first. */
function hasData({ home, profile }: AsideParts): boolean {
  if (profile === 'external') return true;
  const file = profile === 'embedded' ? ['database.json'] : ['stack', 'stack.json'];
  return existsSync(path.join(home, ...file));
}

/** From here on what is served has its own images, whatever was chosen: until the end of the upgrade, and where it is taken back. */
async function keepOwnImages(
  parts: AsideParts,
  changes: readonly UpgradeChange[],
): Promise<PinnedImages | null> {
  if (!changes.some(({ what }) => what === 'image')) return null;
  await using local = stackOf(parts.home, parts);
  failpoint('upgrade.keep.before');
  const images = await local.stack.keepImages();
  failpoint('upgrade.keep.after');
  return images;
}

/** Null where there is nothing to upgrade. */
async function snapshotOf(upgrade: Upgrade): Promise<Made | null> {
  const { parts, source, stopsRuns, onProgress } = upgrade;
  const { home, profile, settings } = parts;
  const open = async (stack: AsyncDisposableStack) =>
    openServed(parts, stack, { schemaUse: 'stays', source, isLeft: true });
  const look = async () => {
    await using stack = new AsyncDisposableStack();
    const stores = await open(stack);
    return upgradePlan(
      profile,
      lastServed(home)?.product ?? null,
      await readUpgradeFacts(parts, stores, stores.objects),
    );
  };
  const plan = await look();
  if (plan.way === null) return null;
  const lacking = plan.room.find(({ neededBytes, freeBytes }) => neededBytes >= freeBytes);
  if (lacking) {
    const needed = formatBytes(lacking.neededBytes);
    throw noRoom(
      {
        en: `The upgrade needs ${needed} of room`,
        ko: `업그레이드하려면 ${needed}의 공간이 필요합니다`,
      },
      await diskRoom(lacking.path),
    );
  }
  const count = plan.runsUnderWay ?? 0;
  const isBehind = plan.changes.some(({ what }) => what === 'schema');
  if (count > 0 && (!stopsRuns || isBehind || source)) throw fault('UPGRADE_RUNS_UNDER_WAY', { count });
  if (count > 0) await stopRuns(parts);
  if (plan.way === 'in-place') await refuseDrift(upgrade);
  await using stack = new AsyncDisposableStack();
  const { folder, manifest, details } = await makeSnapshot(
    ...([home, settings, await open(stack), reasonOf(plan), onProgress] as const),
  );
  return { plan, folder, manifest: { ...manifest, notKept: details.notKept } };
}

/** What is done in place is proven by a schema without drift, which one that had some before is not. @throws TrainyardError UPGRADE_DRIFTED */
async function refuseDrift({ parts }: Upgrade): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { schema } = await openServed(parts, stack, { schemaUse: 'stays', isLeft: true });
  const [first] = (await schema.check()).drift;
  if (first) throw fault('UPGRADE_DRIFTED', { what: driftSentence(first) });
}

/** What the snapshot says that it was made for. */
const reasonOf = ({ changes }: UpgradePlan) =>
  beforeUpgrade(
    changes.map((change) =>
      change.what === 'image' ? `${change.service} ${change.to.reference}` : `${change.what} ${change.to}`,
    ),
  );

const takenBack = (error: unknown, { manifest }: Made, state: Bilingual) =>
  fault('UPGRADE_TAKEN_BACK', { cause: sentenceOf(error), snapshot: manifest.id, state }, { cause: error });

const sentenceOf = (error: unknown): Bilingual => {
  const { en, ko } = inBoth(error).message;
  return { en, ko };
};

/** Restored beside with what is new, and switched to; where it does not work there, or behind the switch, the old state serves. */
async function move(upgrade: Upgrade, made: Made): Promise<void> {
  const { parts, held, keyOf, onProgress } = upgrade;
  const key = await keyOf(made.manifest);
  // Before anything is begun: the right key of an encrypted snapshot.
  await identityFor(made.folder, made.manifest, key);
  const earlier = keptPrevious(held.home);
  try {
    await restoreBeside(parts, { folder: made.folder, key }, onProgress, async (change) => {
      await change();
      onProgress({ part: 'checks', done: 0 });
      await checkServed(held, made.manifest);
    });
  } catch (error) {
    held.log.error({ err: error }, 'the upgrade failed; what was served before comes back');
    await finishDecided(held.home, held.settings);
    if (keptPrevious(held.home) !== earlier) {
      await revertState(held);
      await discardPrevious(held).catch((cause: unknown) =>
        held.log.warn({ err: cause }, 'what the upgrade made could not be removed'),
      );
    }
    throw takenBack(error, made, await back(upgrade));
  }
}

/** Starts what was served before. @returns how it is now, for people */
async function back({ held, source }: Upgrade): Promise<Bilingual> {
  if (source)
    // Its server is another than came with this program.
    return {
      en: 'The earlier data is in its place again and nothing is lost; the version that served it can start it.',
      ko: '이전 데이터는 제자리로 돌아왔고 잃은 것은 없으며, 이를 쓰던 버전에서 시작할 수 있습니다.',
    };
  try {
    await bringUp(held);
  } catch (error) {
    held.log.error({ err: error }, 'what was served before does not open either');
    const { en, ko } = sentenceOf(error);
    return {
      en: `The earlier data is in its place again and nothing is lost, but it does not open now: ${en}.`,
      ko: `이전 데이터는 제자리로 돌아왔고 잃은 것은 없지만 지금은 열리지 않습니다(${ko}).`,
    };
  }
  return {
    en: 'What was served before is in service again and nothing is lost.',
    ko: '이전 데이터를 다시 쓰고 있으며 잃은 것은 없습니다.',
  };
}

async function inPlace(upgrade: Upgrade, made: Made): Promise<void> {
  const { parts, held, before } = upgrade;
  await rehearse(upgrade, made);
  const chosen = stackImages(held.settings);
  let isMigrated = false;
  try {
    if (before) await release(parts);
    // Images can be taken back, revisions can't: all servers come up before one is gone through.
    await bringUp(parts);
    await checkServed(parts, made.manifest, () => {
      isMigrated = made.plan.changes.some(({ what }) => what === 'schema');
    });
  } catch (error) {
    held.log.error({ err: error }, 'the upgrade failed');
    if (isMigrated)
      throw fault(
        'UPGRADE_UNPROVEN',
        { cause: sentenceOf(error), snapshot: made.manifest.id },
        { cause: error },
      );
    if (before) {
      await using local = stackOf(held.home, parts);
      await local.stack.keepImages(before);
      saveImages(held.settings, chosen);
    }
    throw takenBack(error, made, await back(upgrade));
  }
}

/** From the next start on the stack runs what was chosen. */
async function release(parts: AsideParts): Promise<void> {
  failpoint('upgrade.images.before');
  if (parts.images) saveImages(parts.settings, parts.images);
  failpoint('upgrade.images.after');
  await using local = stackOf(parts.home, parts);
  failpoint('upgrade.release.before');
  await local.stack.releaseImages();
  failpoint('upgrade.release.after');
}

/** Revisions are gone through in stores of their own first: once they are committed there is no way back. @throws TrainyardError UPGRADE_REHEARSAL_FAILED */
async function rehearse(
  { held, keyOf, onProgress }: Upgrade,
  { plan, folder, manifest }: Made,
): Promise<void> {
  if (!plan.changes.some(({ what }) => what === 'schema')) return;
  const key = await keyOf(manifest);
  if (manifest.encryption && !key) return;
  const failed = (what: string | Bilingual, cause?: unknown) =>
    fault('UPGRADE_REHEARSAL_FAILED', { what, snapshot: manifest.id }, { cause });
  let found: string | undefined;
  try {
    const { report } = await drillSnapshot(held, { folder, key }, onProgress);
    const one = report.checks.find(({ ok }) => !ok);
    found = one && `${one.check}: ${one.detail}`;
  } catch (error) {
    throw failed(sentenceOf(error), error);
  }
  if (found !== undefined) throw failed(found);
}
