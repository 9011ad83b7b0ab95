import type { Reading } from '../../src/shared/contract/dataset-reading.ts';
import type { Dataset, Validation } from '../../src/shared/contract/datasets.ts';
import type { InboxView } from '../../src/shared/contract/inbox.ts';
import type { Project } from '../../src/shared/contract/projects.ts';
import type { LogLine, RunEvent, Series } from '../../src/shared/contract/run-readings.ts';
import type { CreateRunInput } from '../../src/shared/contract/runs.ts';
import type { DiskState } from '../../src/shared/contract/system.ts';
import type { Template } from '../../src/shared/contract/templates.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { isEnded, type RunStatus } from '../../src/shared/model/run.ts';
import { FixtureSnapshots } from './fixture-backups.ts';
import { FixtureBell } from './fixture-bell.ts';
import { type FixtureImage, type FixtureRun, fixtureId } from './fixture-data.ts';
import { FixtureDestinations } from './fixture-destinations.ts';
import type { LabelledImage } from './fixture-labelled.ts';
import { FixtureStack } from './fixture-stack.ts';

/** The embedded profile has no bucket. */
const noInbox: InboxView = {
  ...{ bucket: null, problem: null, drops: [], more: 0, handled: 0 },
  leftOut: { count: 0, keys: [] },
};

type Change = { kind: 'project' | 'dataset' | 'run' | 'inbox' | 'backup' | 'disk'; id: string };

/** What the fixture knows, and who waits for a change of it. */
export class FixtureState {
  readonly projects = new Map<string, Project>();
  readonly datasets = new Map<string, Dataset>();
  readonly runs = new Map<string, FixtureRun>();
  /** What would train badly on any dataset. */
  trainingRisks: Validation['warnings'] = [];
  /** How each check and import asked for its source to be read. */
  readonly readings: (Reading | undefined)[] = [];
  /** Which format each of them asked for. */
  readonly formats: string[] = [];
  images: readonly FixtureImage[] = [];
  /** The images of datasets whose images have objects, by their ids. */
  readonly labelled = new Map<string, readonly LabelledImage[]>();
  /** Checks under way. */
  readonly checks = new Map<string, { readonly path: string; done: number }>();
  /** What runs were asked for. */
  readonly wishes: CreateRunInput[] = [];
  readonly templates: Template[] = [];
  executors: { name: string; fault: ReturnType<typeof fault>['record'] | null }[] = [
    {
      name: 'docker',
      fault: fault('DOCKER_NOT_RUNNING', {
        url: 'unix:///var/run/docker.sock',
        how: 'sudo systemctl start docker',
      }).record,
    },
    { name: 'venv', fault: null },
    { name: 'builtin', fault: null },
  ];
  readonly artifacts = new Map<string, { name: string; body: string }>();
  readonly changes: Change[] = [];
  private readonly bell = new FixtureBell();
  readonly stack = new FixtureStack(this.bell);
  readonly destinations = new FixtureDestinations(() =>
    this.changed({ kind: 'backup', id: fixtureId(9, 2) }),
  );
  readonly snapshots = new FixtureSnapshots((id) => this.changed({ kind: 'backup', id }));
  disk: DiskState = { level: 'ok', disks: [] };
  /** What lies in the inbox. */
  inbox: InboxView = noInbox;
  /** Whether what needs the stores is answered. */
  storesThere = true;
  /** The stores are there, and their PostgreSQL does not answer. */
  databaseSilent = false;
  /** Whether the sample of a first start is being made. */
  makesSample = false;
  /** Counts how often changes began anew. */
  era = 0;

  /** Tells all who wait that something is new. */
  changed(change: Change): void {
    this.changes.push(change);
    this.bell.ring();
  }

  /** Waits until `ready` answers something, or the time is over. */
  wait<T>(waitMs: number, signal: AbortSignal | undefined, ready: () => T | null): Promise<T | null> {
    return this.bell.wait(waitMs, signal, ready);
  }

  /** Puts another inbox in the place of this one. */
  setInbox(inbox: InboxView): void {
    this.inbox = inbox;
    this.changed({ kind: 'inbox', id: '00000000-0000-0000-0000-000000000000' });
  }

  /** Fills the disk, or makes room. */
  setDisk(disk: DiskState): void {
    this.disk = disk;
    this.changed({ kind: 'disk', id: '00000000-0000-0000-0000-000000000000' });
  }

  /** Takes the stores away, or brings them back: changes then begin anew, as the engine's do. */
  setStores(there: boolean): void {
    this.storesThere = there;
    this.era += 1;
    this.bell.ring();
  }

  /** Appends training steps as the builtin trainer reports them; a further attempt goes on after a checkpoint's step. */
  addSteps(entry: FixtureRun, steps: number, stepsPerEpoch: number, attempt = 1, after?: number): void {
    const { run, points } = entry;
    const epochs = run.totalEpochs ?? 8;
    let step = after ?? points.at(-1)?.step ?? 0;
    for (let count = 0; count < steps; count += 1) {
      step += 1;
      const epoch = Math.ceil(step / stepsPerEpoch);
      const x = step / (stepsPerEpoch * epochs);
      const noise = Math.sin(step * 12.9898 + (run.config?.training.seed ?? 0)) * 43758.5453;
      const jitter = (noise - Math.floor(noise) - 0.5) * 0.35 * (1 - x * 0.6);
      const loss = 0.28 + 2 * Math.exp(-7 * x) + jitter * 0.6;
      const values: Record<string, number> = {
        train_loss: loss,
        learning_rate: 0.001 * (1 + Math.cos(Math.PI * x)),
      };
      if (step % stepsPerEpoch === 0) {
        values.epoch_train_loss = 0.3 + 1.7 * Math.exp(-7 * x);
        values.val_loss = 0.36 + 1.5 * Math.exp(-6 * x) + jitter * 0.15;
        values.train_accuracy = 0.94 - 0.6 * Math.exp(-6 * x);
        values.val_accuracy = 0.885 - 0.55 * Math.exp(-6 * x) + jitter * 0.04;
        values.images_per_second = 1180 + jitter * 300;
      }
      points.push({
        seq: this.nextSeq(entry),
        attempt,
        attemptSeq: step,
        step,
        epoch,
        time: new Date().toISOString(),
        values,
      });
    }
    const last = points.at(-1);
    if (last) {
      run.currentEpoch = last.epoch;
      run.progress = Math.min(100, Math.round((100 * last.step) / (stepsPerEpoch * epochs)));
      run.metricNames = [...new Set(points.flatMap((point) => Object.keys(point.values)))];
    }
    this.changed({ kind: 'run', id: run.id });
  }

  /** Appends a line to a run's log. */
  addLog(entry: FixtureRun, message: string, part: Partial<LogLine> = {}): void {
    this.nextSeq(entry);
    entry.logs.push({
      line: entry.logs.length,
      attempt: 1,
      time: new Date().toISOString(),
      level: 'info',
      source: 'trainer',
      stream: 'event',
      message,
      ...part,
    });
  }

  /** Appends an entry that is no metric and no log line. */
  addEvent(
    entry: FixtureRun,
    type: RunEvent['type'],
    data: Record<string, unknown>,
    attempt: number | null,
    time: string,
  ): void {
    entry.events.push({ seq: this.nextSeq(entry), attempt, attemptSeq: null, time, type, data });
  }

  /** Moves a run to another status and tells. */
  setStatus(entry: FixtureRun, status: RunStatus): void {
    const from = entry.run.status;
    entry.run.status = status;
    entry.run.actions = isEnded(status) ? ['retry'] : ['cancel'];
    this.addEvent(entry, 'state', { from, to: status }, null, new Date().toISOString());
    this.changed({ kind: 'run', id: entry.run.id });
  }

  addAttempt(
    entry: FixtureRun,
    attempt: FixtureRun['run']['attempts'][number]['status'],
    part: Partial<FixtureRun['run']['attempts'][number]> = {},
  ): void {
    const number = entry.run.attempts.length + 1;
    entry.run.attempts.push({
      id: fixtureId(4, Number(entry.run.id.slice(-6)) * 10 + number),
      attempt: number,
      status: attempt,
      cause: null,
      message: null,
      processId: 48_213 + number,
      exitCode: null,
      exitSignal: null,
      createdAt: entry.run.createdAt,
      startedAt: entry.run.startedAt,
      endedAt: null,
      checkpointPath: null,
      resumedFrom: null,
      runDirectory: `/home/kim/.local/share/trainyard/runs/${entry.run.id}/${number}`,
      ...part,
    });
    entry.run.attemptCount = number;
  }

  private nextSeq(entry: FixtureRun): number {
    entry.seq += 1;
    entry.run.lastSeq = entry.seq;
    return entry.seq;
  }
}

const widths = [1, 16, 128, 1024, 8192, 65_536];

/** A run's lines as the engine's rollups answer them. */
export function seriesOf(
  entry: FixtureRun,
  maxPoints: number,
  names: readonly string[] | null,
  fromStep: number,
  toStep: number,
): Series[] {
  const lines = new Map<
    string,
    { name: string; attempt: number; values: [step: number, epoch: number, value: number][] }
  >();
  for (const point of entry.points) {
    if (point.step < fromStep || point.step > toStep) continue;
    for (const [name, value] of Object.entries(point.values)) {
      if (names && !names.includes(name)) continue;
      const key = `${name} ${point.attempt}`;
      const line = lines.get(key) ?? { name, attempt: point.attempt, values: [] };
      line.values.push([point.step, point.epoch, Number(value)]);
      lines.set(key, line);
    }
  }
  return [...lines.values()].map(({ name, attempt, values }) => {
    const width = widths.find((one) => values.length / one <= maxPoints) ?? 65_536;
    const series: Series = {
      name,
      attempt,
      width,
      step: [],
      epoch: [],
      min: [],
      max: [],
      mean: [],
      count: [],
      total: values.length,
      nonFinite: values.filter(([, , value]) => !Number.isFinite(value)).length,
    };
    for (let at = 0; at < values.length; at += width) {
      const bucket = values.slice(at, at + width);
      const finite = bucket.map(([, , value]) => value).filter(Number.isFinite);
      const last = bucket.at(-1);
      series.step.push(last?.[0] ?? 0);
      series.epoch.push(last?.[1] ?? 0);
      series.min.push(finite.length > 0 ? Math.min(...finite) : null);
      series.max.push(finite.length > 0 ? Math.max(...finite) : null);
      series.mean.push(
        finite.length > 0 ? finite.reduce((sum, value) => sum + value, 0) / finite.length : null,
      );
      series.count.push(bucket.length);
    }
    return series;
  });
}
