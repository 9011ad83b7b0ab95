import type { StackCause, StackEvent } from '../../../../shared/contract/stack.ts';
import type { ServiceName, StackVerb } from '../../../../shared/model/stack.ts';

export type Step = Pick<
  Extract<StackEvent, { type: 'step' }>,
  'step' | 'service' | 'status' | 'detail' | 'detailKo' | 'durationMs'
> & {
  /** When its first event came. */
  readonly startedAt: string;
};
export type Pull = Omit<Extract<StackEvent, { type: 'pull' }>, 'seq' | 'time' | 'operation' | 'type'>;

/** What an operation has reported so far. */
export interface Work {
  readonly id: string;
  readonly verb: StackVerb;
  readonly services: readonly ServiceName[];
  readonly status: 'running' | 'done' | 'failed';
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly cause: StackCause | null;
  /** In the order in which they began. */
  readonly steps: readonly Step[];
  readonly pulls: Readonly<Partial<Record<ServiceName, Pull>>>;
}

function begun(event: StackEvent): Work {
  const known = event.type === 'begin';
  return {
    id: event.operation,
    verb: known ? event.verb : 'up',
    services: known ? event.services : [],
    status: 'running',
    startedAt: event.time,
    endedAt: null,
    cause: null,
    steps: [],
    pulls: {},
  };
}

function withStep(work: Work, event: Extract<StackEvent, { type: 'step' }>): Work {
  const { step, service, status, detail, detailKo, durationMs, time } = event;
  const at = work.steps.findIndex((one) => one.step === step && one.service === service);
  const before = work.steps[at];
  // A step that begins again (a further try) counts from then.
  const again = before !== undefined && before.status !== 'running' && status === 'running';
  const startedAt = before && !again ? before.startedAt : time;
  const next = { step, service, status, detail, detailKo, durationMs, startedAt };
  const steps = before ? work.steps.map((one, index) => (index === at ? next : one)) : [...work.steps, next];
  return { ...work, steps };
}

/** What is known once an event came; the newest operation is the one that counts. */
export function take(work: Work | null, event: StackEvent): Work {
  const now = work === null || work.id !== event.operation ? begun(event) : work;
  switch (event.type) {
    case 'begin':
      return begun(event);
    case 'step':
      return withStep(now, event);
    case 'pull': {
      const { service, image, layersDone, layers, bytesDone, bytesTotal, bytesPerSecond } = event;
      const pull = { service, image, layersDone, layers, bytesDone, bytesTotal, bytesPerSecond };
      return { ...now, pulls: { ...now.pulls, [service]: pull } };
    }
    case 'service':
      return now;
    case 'end':
      return { ...now, status: event.status, endedAt: event.time, cause: event.cause };
  }
}

/** Whether all layers of an image are here. */
export function isPulled({ layers, layersDone, bytesDone, bytesTotal }: Pull): boolean {
  return layers > 0 && layersDone >= layers && bytesDone >= bytesTotal;
}

/** The images together: bytes, rate, and milliseconds left (null while nobody can say). */
export function pullSum(pulls: readonly Pull[]): {
  done: number;
  total: number;
  rate: number;
  leftMs: number | null;
} {
  const open = pulls.filter((pull) => !isPulled(pull));
  const sum = (of: (pull: Pull) => number, from = pulls) => from.reduce((all, pull) => all + of(pull), 0);
  const [done, total] = [sum((pull) => pull.bytesDone), sum((pull) => pull.bytesTotal)];
  const rate = sum((pull) => pull.bytesPerSecond, open);
  return { done, total, rate, leftMs: rate > 0 && total > done ? ((total - done) / rate) * 1000 : null };
}
