import fc from 'fast-check';
import { expect, test } from 'vitest';
import { occurrencesOf } from '../../../src/main/features/backups/occurrences.ts';
import {
  begun,
  failed,
  intending,
  mostAttempts,
  named,
  nextStep,
  type ScheduleState,
  succeeded,
} from '../../../src/main/features/backups/schedule-state.ts';
import { fault } from '../../../src/shared/errors/catalogue.ts';
import { passedTimes } from './support/wall-clock.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const error = fault('SCHEDULED_SNAPSHOT_INTERRUPTED', {}).record;
const iso = (at: number) => new Date(at).toISOString();

type Kill = 'intent' | 'published';
type Event =
  | { readonly kind: 'run' | 'off' | 'sleep'; readonly hours: number }
  | { readonly kind: 'jump'; readonly hours: number }
  | { readonly kind: 'fail'; readonly times: number }
  | { readonly kind: 'kill'; readonly at: Kill };

/** A state folder's life on a machine whose clock may be wrong: what `BackupScheduler` does, with time that is only counted. */
class Machine {
  readonly snapshots: { readonly id: string; readonly occurrence: string; readonly madeAt: string }[] = [];
  readonly attempts = new Map<string, number>();
  readonly looks: string[] = [];
  state: ScheduleState;
  failing = 0;
  kill: Kill | null = null;
  clock: number;
  private readonly occurrences;

  constructor(cron: string, zone: string, start: number) {
    this.occurrences = occurrencesOf({ cron, zone });
    this.clock = start;
    this.state = begun(iso(start), null);
  }

  get latest(): string | null {
    return this.occurrences.latest(iso(this.clock));
  }

  /** The engine starts, and runs for so long. */
  run(ms: number): void {
    const end = this.clock + ms;
    this.clock += 10_000;
    while (this.clock < end) {
      const pauseMs = this.look();
      // Killed: the person starts it again.
      this.clock += pauseMs ?? 10_000;
    }
    this.clock = end;
  }

  /** @returns how long nothing is due; null where the engine was killed */
  private look(): number | null {
    const now = iso(this.clock);
    this.looks.push(now);
    const { attempt } = this.state;
    if (attempt?.isUnderWay) {
      const isThere = this.snapshots.some(({ id }) => id === attempt.snapshot);
      this.state =
        isThere && attempt.snapshot !== null
          ? succeeded(this.state, attempt.snapshot, now)
          : failed(this.state, error, now);
    }
    const { state, due, lookAt } = nextStep(this.state, now, this.occurrences);
    this.state = state;
    if (due === null) return Math.max(1000, Math.min(hourMs, Date.parse(lookAt ?? now) - this.clock));
    return this.make(due, now) ? 1000 : null;
  }

  private make(occurrence: string, now: string): boolean {
    this.state = intending(this.state, occurrence, now);
    this.attempts.set(occurrence, (this.attempts.get(occurrence) ?? 0) + 1);
    if (this.meets('intent')) return false;
    if (this.failing > 0) {
      this.failing -= 1;
      this.state = failed(this.state, error, now);
      return true;
    }
    const id = `${this.snapshots.length}`;
    this.state = named(this.state, id);
    this.snapshots.push({ id, occurrence, madeAt: now });
    if (this.meets('published')) return false;
    this.state = succeeded(this.state, id, now);
    return true;
  }

  private meets(point: Kill): boolean {
    if (this.kill !== point) return false;
    this.kill = null;
    return true;
  }
}

function live(machine: Machine, { kind, ...event }: Event): void {
  if ('hours' in event && kind === 'run') machine.run(event.hours * hourMs);
  else if ('hours' in event) machine.clock += event.hours * hourMs;
  else if ('times' in event) machine.failing = event.times;
  else machine.kill = event.at;
}

const places = fc.constantFrom(
  ...([
    ['UTC', '2026-12-30T22:00:00Z'],
    ['Asia/Seoul', '2026-02-26T10:00:00Z'],
    ['Europe/Berlin', '2026-03-27T06:00:00Z'],
    ['Europe/Berlin', '2026-10-23T06:00:00Z'],
    ['America/New_York', '2026-10-30T06:00:00Z'],
    ['America/New_York', '2026-03-06T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-03T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-02T06:00:00Z'],
  ] as const),
);
const schedules = fc.constantFrom<readonly [cron: string, hours: readonly number[]]>(
  ['30 2 * * *', [2]],
  ['30 1,2,14 * * *', [1, 2, 14]],
);
const lasting = (kind: 'run' | 'off' | 'sleep', max: number) =>
  fc.record({ kind: fc.constant(kind), hours: fc.integer({ min: 1, max }) });
const ordinary = fc.oneof(lasting('run', 40), lasting('off', 80), lasting('sleep', 30));
const jump = fc.record({
  ...{
    kind: fc.constant('jump' as const),
    hours: fc.constantFrom(-9000, -60, -25, -9, -2, -1, 1, 9, 30, 9000),
  },
});
const fail = fc.record({ kind: fc.constant('fail' as const), times: fc.integer({ min: 1, max: 6 }) });
const kill = fc.record({
  ...{ kind: fc.constant('kill' as const), at: fc.constantFrom<Kill[]>('intent', 'published') },
});

test('whether the engine runs, is off or sleeps, what occurs is done once when it is next looked, and what was missed is made up once', () => {
  fc.assert(
    fc.property(
      places,
      schedules,
      fc.array(ordinary, { maxLength: 10 }),
      ([zone, start], [cron, hours], history) => {
        const from = Date.parse(start);
        const machine = new Machine(cron, zone, from);
        for (const event of history) live(machine, event);
        const passed = passedTimes(
          ...([zone, from, machine.clock + 1] as const),
          (wall) => hours.includes(wall.getUTCHours()) && wall.getUTCMinutes() === 30,
        );
        const expected = machine.looks.flatMap((look, index) => {
          const before = machine.looks[index - 1] ?? iso(from);
          return passed.filter((at) => at > before && at <= look).slice(-1);
        });
        expect(machine.snapshots.map(({ occurrence }) => occurrence)).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

test('whatever the clock does, whatever fails and whenever the engine is killed, nothing is made twice, nothing is tried for ever, and it goes on by itself', () => {
  const events = fc.oneof({ weight: 4, arbitrary: ordinary }, jump, fail, kill);
  fc.assert(
    fc.property(places, schedules, fc.array(events, { maxLength: 14 }), ([zone, start], [cron], history) => {
      const machine = new Machine(cron, zone, Date.parse(start));
      for (const event of history) live(machine, event);
      Object.assign(machine, { failing: 0, kill: null });
      const before = machine.snapshots.length;
      // Its end is no occurrence of any of the schedules.
      machine.run(72 * hourMs + 7 * minuteMs);
      const made = machine.snapshots.map(({ occurrence }) => occurrence);
      expect(new Set(made).size).toBe(made.length);
      for (const { occurrence, madeAt } of machine.snapshots)
        expect(madeAt >= occurrence || history.some(({ kind }) => kind === 'jump')).toBe(true);
      for (const count of machine.attempts.values()) expect(count).toBeLessThanOrEqual(mostAttempts);
      const { settled, done, made: own } = machine.state;
      expect(made.length).toBeGreaterThan(before);
      expect((machine.latest ?? '') <= settled || done.includes(machine.latest ?? '')).toBe(true);
      expect(own.length).toBe(made.length);
    }),
    { numRuns: 80 },
  );
});

const noon = Date.parse('2026-12-01T12:00:00Z');
const daily = () => new Machine('0 3 * * *', 'UTC', noon);

test('an attempt that fails is made again after 1, 10 and 60 minutes, then given up until the next occurrence', () => {
  const machine = daily();
  machine.failing = 99;
  machine.run(20 * hourMs);
  expect(machine.attempts).toEqual(new Map([['2026-12-02T03:00:00.000Z', 4]]));
  expect(machine.state).toMatchObject({ attempt: null, last: { outcome: 'failed', error } });
  machine.failing = 0;
  machine.run(24 * hourMs);
  expect(machine.snapshots.map(({ occurrence }) => occurrence)).toEqual(['2026-12-03T03:00:00.000Z']);
});

test('an engine that is killed by each attempt tries no more than four times', () => {
  const machine = daily();
  machine.run(14.99 * hourMs);
  for (let start = 0; start < 120; start += 1) {
    machine.kill = 'intent';
    machine.run(minuteMs);
  }
  expect([...machine.attempts.values()]).toEqual([mostAttempts]);
});

test('a clock that is put back by hours makes nothing twice, and one that was wrong for years does not stop the schedule', () => {
  const machine = daily();
  machine.run(16 * hourMs);
  machine.clock -= 9 * hourMs;
  machine.run(12 * hourMs);
  expect(machine.snapshots.length).toBe(1);
  machine.clock += 400 * 24 * hourMs;
  machine.run(minuteMs);
  machine.clock -= 400 * 24 * hourMs;
  machine.run(24 * hourMs);
  expect(machine.snapshots.map(({ occurrence }) => occurrence)).toEqual([
    '2026-12-02T03:00:00.000Z',
    '2028-01-06T03:00:00.000Z',
    '2026-12-03T03:00:00.000Z',
  ]);
});

test('a schedule that was changed or switched on again makes up nothing, and keeps what it made as its own', () => {
  const machine = daily();
  machine.run(20 * hourMs);
  machine.clock += 100 * hourMs;
  machine.state = begun(iso(machine.clock), machine.state);
  machine.run(hourMs);
  expect(machine.snapshots.length).toBe(1);
  expect(machine.state.made).toEqual(['0']);
});
