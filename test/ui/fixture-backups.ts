import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/server';
import type {
  BackupEncryptionView,
  SetUpEncryptionInput,
  SnapshotKey,
} from '../../src/shared/contract/backup-encryption.ts';
import type { BackupScheduleView } from '../../src/shared/contract/backup-schedule.ts';
import type {
  BackupOperation,
  ListedBackup,
  ReplacedState,
  Snapshot,
} from '../../src/shared/contract/backups.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { byHand } from '../../src/shared/model/snapshots.ts';
import { os } from './fixture-api.ts';
import { ago, fixtureId } from './fixture-data.ts';
import { fixtureDestinations } from './fixture-destinations.ts';
import type { FixtureState } from './fixture-state.ts';

const folder = '/home/kim/.local/share/trainyard/snapshots';

export function listedBackup(id: string, at: string, part: Partial<Snapshot> = {}): ListedBackup {
  const path = `${folder}/${id}`;
  const snapshot: Snapshot = {
    ...{ id, path, at, finishedAt: at, why: byHand, who: 'kim', version: '0.1.0', profile: 'embedded' },
    ...{ bytes: 38_212_004, verifiedAt: at, provenAt: null },
    stores: {
      database: { revision: '0019', tables: 28, rows: 48_812 },
      documents: { workflow_logs: 1240, model_artifacts: 12 },
      keys: null,
      objects: { count: 5021, bytes: 31_020_110 },
    },
    notKept: { runs: [], inPlace: [], lost: [] },
    encryption: null,
    ...part,
  };
  return { id, path, snapshot, problem: null };
}

/** The newest of them has its manifest damaged. */
const made: readonly ListedBackup[] = [
  {
    ...{ id: '20261130T120000Z-0f3a1c', path: `${folder}/20261130T120000Z-0f3a1c`, snapshot: null },
    problem: fault('SNAPSHOT_MANIFEST_DAMAGED', {
      reason: { en: 'it is no JSON', ko: 'JSON 형식이 아닙니다' },
    }).record,
  },
  listedBackup('20261130T090000Z-ab12cd', ago(180), {
    ...{ why: 'before cleaning up', profile: 'docker', verifiedAt: ago(60), provenAt: ago(30) },
    stores: {
      database: { revision: '0019', tables: 28, rows: 48_812 },
      documents: { workflow_logs: 1240, model_artifacts: 12 },
      ...{ keys: 31, objects: { count: 5021, bytes: 31_020_110 } },
    },
    notKept: {
      runs: [fixtureId(3, 1), fixtureId(3, 5)],
      inPlace: [{ dataset: '제주 꽃 2026', version: 1, source: '/data/제주 꽃' }],
      lost: ['artifacts/old/model.onnx'],
    },
  }),
  listedBackup('20261101T090000Z-77aa01', ago(42_000), { verifiedAt: null }),
];

/** Daily, and well. */
const schedule: BackupScheduleView = {
  ...{ on: true, cron: '0 3 * * *', zone: 'Asia/Seoul' },
  keep: { last: 3, daily: 7, weekly: 4, monthly: 6 },
  next: [ago(-600), ago(-600 - 1440), ago(-600 - 2880)],
  last: {
    ...{ occurrence: ago(840), at: ago(838), outcome: 'made', snapshot: '20261130T090000Z-ab12cd' },
    error: null,
  },
  ...{ retryAt: null, newest: ago(180), warning: null },
};

export const fixtureRecipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
export const fixtureIdentity = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';
export const fixturePassphrase = 'correct horse battery';

/** The snapshots, and what a test does with the one that is being made. */
export class FixtureSnapshots {
  list: readonly ListedBackup[] = made;
  operation: BackupOperation | null = null;
  schedule = schedule;
  replaced: ReplacedState | null = null;
  encryption: BackupEncryptionView = { active: null, pending: null };
  /** What the last restore was asked for with. */
  asked: object = {};
  private readonly onChange: (operation: string) => void;
  private why = byHand;

  constructor(onChange: (operation: string) => void) {
    this.onChange = onChange;
  }

  begin(kind: BackupOperation['kind'], why = ''): BackupOperation {
    if (this.operation?.status === 'running') throw refused('SNAPSHOT_UNDER_WAY', 409);
    this.why = why || byHand;
    this.operation = {
      ...{ id: randomUUID(), kind, status: 'running', startedAt: new Date().toISOString() },
      ...{ part: 'database', done: 0, seq: 0, snapshot: null, drill: null, leftOut: [], error: null },
    };
    this.onChange(this.operation.id);
    return this.operation;
  }

  reach(part: BackupOperation['part'], done: number): void {
    this.change({ part, done });
  }

  /** Ends a drill, a restore or a way back. */
  end(change: Partial<BackupOperation>, replaced: ReplacedState | null = this.replaced): void {
    this.replaced = replaced;
    this.change({ status: 'done', ...change });
  }

  finish(): void {
    const now = new Date().toISOString();
    const one = listedBackup('20261201T000000Z-5c5c5c', now, { why: this.why });
    this.list = [one, ...this.list];
    this.change({ status: 'done', snapshot: one.snapshot });
  }

  fail(error: ReturnType<typeof fault>): void {
    this.change({ status: 'failed', error: error.record });
  }

  /** Changes the schedule, or how it went. */
  plan(change: Partial<BackupScheduleView>): BackupScheduleView {
    this.schedule = { ...this.schedule, ...change };
    if (!this.schedule.on) this.schedule = { ...this.schedule, next: [], retryAt: null, warning: null };
    this.onChange(fixtureId(9, 1));
    return this.schedule;
  }

  /** The last scheduled one failed, and is tried again. */
  failSchedule(): void {
    const what = {
      en: 'The scheduled snapshot needs 36.4 MiB, which does not fit on the disk (/home: 120.0 MiB of 20.0 GiB free)',
      ko: '디스크에 36.4 MiB를 더 쓸 공간이 없습니다(예약된 스냅숏)(/home: 20.0 GiB 중 120.0 MiB 남음)',
    };
    const how = { en: 'there.', ko: '상태 폴더를 더 큰 디스크로 옮겨도 됩니다.' };
    const error = fault('DISK_FULL', { what, step: '', how }).record;
    this.plan({
      last: { occurrence: ago(30), at: ago(20), outcome: 'failed', snapshot: null, error },
      ...{ retryAt: ago(-40), warning: 'failed' },
    });
  }

  /** As if the schedule had made all of them, and kept the last so many. */
  removable({ last }: BackupScheduleView['keep']) {
    const good = this.list.map(({ id, snapshot }) => ({ id, at: snapshot?.at ?? null }));
    return { removed: good.slice(last).reverse(), kept: good.slice(0, last) };
  }

  setUpEncryption(input: SetUpEncryptionInput) {
    const hasPassphrase = 'passphrase' in input;
    const recipient = 'recipient' in input ? input.recipient : fixtureRecipient;
    this.encryption = { ...this.encryption, pending: { recipient, hasPassphrase, since: ago(0) } };
    return { ...this.encryption, identity: 'recipient' in input || hasPassphrase ? null : fixtureIdentity };
  }

  proveEncryption(key: SnapshotKey): BackupEncryptionView {
    const { pending } = this.encryption;
    const isRight =
      'identities' in key ? key.identities === fixtureIdentity : key.passphrase === fixturePassphrase;
    if (!pending || !isRight) {
      const recipient = pending?.recipient ?? '';
      const { record, status } = fault('SNAPSHOT_KEY_WRONG', { recipient, given: 'age1other' });
      const { code, message, ...data } = record;
      throw new ORPCError(code, { status, message, data });
    }
    this.encryption = { active: pending, pending: null };
    return this.encryption;
  }

  private change(change: Partial<BackupOperation>): void {
    if (!this.operation) throw new Error('no snapshot is being made');
    this.operation = { ...this.operation, ...change, seq: this.operation.seq + 1 };
    this.onChange(this.operation.id);
  }
}

const refused = (code: 'SNAPSHOT_UNDER_WAY' | 'SNAPSHOT_OPERATION_UNKNOWN', status: number) =>
  new ORPCError(code, { status, message: code, data: { hint: 'Look at the list.', place: {} } });

/** Snapshots, of which one is made as far as a test says. */
export function fixtureBackups(state: FixtureState) {
  const { backups } = os;
  const { snapshots } = state;
  return {
    list: backups.list.handler(() => ({
      snapshots: [...snapshots.list],
      operation: snapshots.operation,
      replaced: snapshots.replaced,
    })),
    schedule: backups.schedule.handler(() => snapshots.schedule),
    setSchedule: backups.setSchedule.handler(({ input: { keep, ...change } }) => {
      const { cron = '' } = change;
      if (cron === '0 0 30 2 *') {
        const { record, status } = fault('SCHEDULE_NEVER_OCCURS', { cron });
        const { code, message, ...data } = record;
        throw new ORPCError(code, { status, message, data });
      }
      return snapshots.plan({ ...change, keep: { ...snapshots.schedule.keep, ...keep } });
    }),
    encryption: backups.encryption.handler(() => snapshots.encryption),
    setUpEncryption: backups.setUpEncryption.handler(({ input }) => snapshots.setUpEncryption(input)),
    proveEncryption: backups.proveEncryption.handler(({ input }) => snapshots.proveEncryption(input.key)),
    turnOffEncryption: backups.turnOffEncryption.handler(() => {
      snapshots.encryption = { active: null, pending: null };
      return snapshots.encryption;
    }),
    ...fixtureDestinations(state),
    removable: backups.removable.handler(({ input }) => snapshots.removable(input)),
    create: backups.create.handler(({ input }) => snapshots.begin('create', input.why)),
    drill: backups.drill.handler(({ input }) => {
      snapshots.asked = input;
      return snapshots.begin('drill');
    }),
    compare: backups.compare.handler(() => ({
      rows: [
        { noun: 'projects', now: 12, snapshot: 12 },
        { noun: 'datasets', now: 31, snapshot: 30 },
        { noun: 'runs', now: 1204, snapshot: 1188 },
        { noun: 'weights', now: 4, snapshot: 4 },
      ],
      runsUnderWay: 2,
    })),
    restore: backups.restore.handler(({ input }) => {
      snapshots.asked = input;
      return snapshots.begin('restore');
    }),
    revert: backups.revert.handler(() => snapshots.begin('revert')),
    discard: backups.discard.handler(() => {
      snapshots.replaced = null;
      return {};
    }),
    progress: backups.progress.handler(async ({ input: { operation, after, waitMs }, signal }) => {
      const known = () => {
        if (snapshots.operation?.id === operation) return snapshots.operation;
        throw refused('SNAPSHOT_OPERATION_UNKNOWN', 404);
      };
      const changed = () => (known().seq > after || known().status !== 'running' ? known() : null);
      return (await state.wait(waitMs, signal, changed)) ?? known();
    }),
  };
}
