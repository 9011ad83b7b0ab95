import type { Drop, InboxView } from '../../../shared/contract/inbox.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { isOver } from '../../../shared/model/import-phase.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db } from '../../postgres/db.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { normalName } from '../datasets/names.ts';
import type { FoundDrop } from './drops.ts';
import { type DropImport, dismissDrop, dismissedDrops, importsOfDrops, restoreDrop } from './inbox-rows.ts';
import type { InboxBucket, InboxWatch } from './inbox-watch.ts';

const listedAtMost = 200;

/** The id under which audit notes and readers know the inbox: there is one. */
export const inboxId = '00000000-0000-0000-0000-000000000000';

interface InboxParts {
  readonly db: Db;
  /** Null where the profile's objects are files. */
  readonly bucket: InboxBucket | null;
  readonly watch: InboxWatch | null;
  readonly changes: ChangeFeed;
  readonly audit: RecordAudit;
}

/** What people put into a bucket of the profile's S3 server, to be imported once somebody confirms it. */
export class Inbox {
  private readonly parts: InboxParts;

  constructor(parts: InboxParts) {
    this.parts = parts;
  }

  /** What lies there, newest first. A server that is away or refuses is in `problem`. @param all what was imported or dismissed too */
  async show(all: boolean): Promise<InboxView> {
    const { bucket, watch } = this.parts;
    const none = { drops: [], more: 0, handled: 0, leftOut: { count: 0, keys: [] } };
    if (!bucket || !watch) return { bucket: null, problem: null, ...none };
    const { name, place } = bucket;
    const { found, failure } = await watch.look();
    const problem = failure?.record ?? null;
    if (!found) return { bucket: { name, place }, problem, ...none };
    const drops = await this.views([...found.drops.values()]);
    const open = drops.filter(({ state }) => state !== 'imported' && state !== 'dismissed');
    const listed = (all ? drops : open).toSorted((one, other) =>
      other.changedAt.localeCompare(one.changedAt),
    );
    return {
      bucket: { name, place },
      problem,
      drops: listed.slice(0, listedAtMost),
      more: Math.max(0, listed.length - listedAtMost),
      handled: drops.length - open.length,
      leftOut: { count: found.leftOut.count, keys: [...found.leftOut.keys] },
    };
  }

  /**
   * The drop that a source names, as it lies there now; null where it names none.
   * @param source as an import's: `s3://bucket/name`
   */
  async dropOf(source: string): Promise<Pick<FoundDrop, 'name' | 'fingerprint'> | null> {
    const { bucket } = this.parts;
    const start = `s3://${bucket?.name ?? ''}/`;
    if (!bucket || !source.startsWith(start)) return null;
    const name = source.slice(start.length).replace(/\/+$/, '');
    return (await bucket.find(name)) ?? null;
  }

  /** Leaves a drop out of the list for as long as it stays as it is. @throws TrainyardError INBOX_NONE, INBOX_DROP_UNKNOWN, the S3 errors */
  async dismiss(userId: string, wanted: string): Promise<{ name: string }> {
    const drop = await this.findDrop(wanted);
    failpoint('inbox.dismiss.before');
    await dismissDrop(this.parts.db, drop);
    failpoint('inbox.dismiss.after');
    return await this.changed(userId, 'inbox.dismiss', drop.name);
  }

  /** Takes a dismissal back. @throws TrainyardError INBOX_NONE, INBOX_DROP_UNKNOWN, the S3 errors */
  async restore(userId: string, wanted: string): Promise<{ name: string }> {
    const { name } = await this.findDrop(wanted);
    failpoint('inbox.restore.before');
    await restoreDrop(this.parts.db, name);
    failpoint('inbox.restore.after');
    return await this.changed(userId, 'inbox.restore', name);
  }

  /** Ends the watch. */
  async close(): Promise<void> {
    await this.parts.watch?.close();
  }

  private async changed(userId: string, action: string, name: string): Promise<{ name: string }> {
    const { changes, audit } = this.parts;
    changes.changed('inbox', inboxId);
    await audit({ userId, action, resource: { type: 'inbox', id: name } });
    return { name };
  }

  private async findDrop(wanted: string): Promise<FoundDrop> {
    const { bucket } = this.parts;
    if (!bucket) throw fault('INBOX_NONE', {});
    const drop = (await bucket.find(wanted)) ?? (await this.findByNormalName(bucket, wanted));
    if (!drop) throw fault('INBOX_DROP_UNKNOWN', { name: wanted });
    return drop;
  }

  /** A person types composed Hangul, and a Mac writes it decomposed. */
  private async findByNormalName(bucket: InboxBucket, wanted: string): Promise<FoundDrop | undefined> {
    const { drops } = await bucket.read();
    return [...drops.values()].find(({ name }) => normalName(name) === normalName(wanted));
  }

  private async views(drops: readonly FoundDrop[]): Promise<Drop[]> {
    const { db, bucket, watch } = this.parts;
    const names = drops.map(({ name }) => name);
    const [imports, dismissed] = await Promise.all([importsOfDrops(db, names), dismissedDrops(db, names)]);
    return drops.map(({ fingerprint, changedAt, ...drop }) => {
      const last = imports.get(drop.name);
      const isSame = last?.fingerprint === fingerprint;
      const isKnown = last !== undefined && (isSame || !isOver(last.phase));
      const state = handledState(last, isSame, dismissed.get(drop.name) === fingerprint);
      return {
        ...drop,
        source: `s3://${bucket?.name ?? ''}/${drop.name}`,
        changedAt: changedAt.toISOString(),
        state: state ?? (watch?.isArriving(drop.name) ? 'arriving' : 'waiting'),
        dataset: isKnown && !last.isGone ? { id: last.datasetId, name: last.datasetName } : null,
        failed: isSame && (last?.phase === 'failed' || last?.phase === 'cancelled'),
      };
    });
  }
}

/** What became of a drop as it lies there; null: nothing yet. */
function handledState(
  last: DropImport | undefined,
  isSame: boolean,
  isDismissed: boolean,
): Drop['state'] | null {
  if (last && !isOver(last.phase)) return 'importing';
  if (last?.phase === 'done' && isSame && !last.isGone) return 'imported';
  return isDismissed ? 'dismissed' : null;
}
