import { once } from 'node:events';
import type { LogContainer, LogOpening } from '../../../src/main/stack/docker/container-logs.ts';
import { nanoseconds, timeOf } from '../../../src/main/stack/logs/position.ts';
import type { LogSource } from '../../../src/main/stack/logs/reading.ts';
import type { StackLogLine } from '../../../src/shared/contract/stack.ts';
import type { ServiceName } from '../../../src/shared/model/stack.ts';

/** A daemon's logs in memory, with times of the test's choice: equal ones, and streams that are written out of their order. */
export class FakeLogs implements LogSource {
  readonly all = new Map<string, { container: LogContainer; lines: StackLogLine[] }>();
  private readonly changes = new EventTarget();

  add(id: string, service: ServiceName, isRotated = false): void {
    this.all.set(id, { container: { id, service, running: true, isRotated }, lines: [] });
    this.changes.dispatchEvent(new Event('start'));
  }

  /** @param ns since the epoch of the test */
  print(id: string, ns: number, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    const entry = this.entry(id);
    const time = timeOf(1_795_000_000_000_000_000n + BigInt(ns));
    entry.lines.push({ service: entry.container.service, time, stream, text });
    this.changes.dispatchEvent(new Event('line'));
  }

  /** As rotation does. */
  dropFirst(id: string, count: number): void {
    this.entry(id).lines.splice(0, count);
  }

  stop(id: string): void {
    const entry = this.entry(id);
    entry.container = { ...entry.container, running: false };
    this.changes.dispatchEvent(new Event('line'));
  }

  async containers(): Promise<readonly LogContainer[]> {
    return [...this.all.values()].map(({ container }) => container);
  }

  async refresh({ id }: LogContainer): Promise<LogContainer> {
    return this.entry(id).container;
  }

  async *open(
    { id }: LogContainer,
    opening: LogOpening,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StackLogLine[]> {
    const entry = this.entry(id);
    const { since, tail, follow } = opening;
    let at = tail === null ? 0 : Math.max(0, entry.lines.length - tail);
    while (!signal.aborted) {
      const changes = entry.lines
        .slice(at)
        .filter(({ time }) => since === null || nanoseconds(time) >= since);
      at = entry.lines.length;
      const [first] = changes;
      if (first) opening.onBegin?.(first.time);
      for (let from = 0; from < changes.length; from += 7) yield changes.slice(from, from + 7);
      if (at < entry.lines.length) continue;
      if (!follow || !entry.container.running) return;
      await this.change('line', signal);
    }
  }

  async *starts(signal: AbortSignal): AsyncGenerator<void> {
    yield;
    while (!signal.aborted) {
      await this.change('start', signal);
      if (!signal.aborted) yield;
    }
  }

  private async change(kind: string, signal: AbortSignal): Promise<void> {
    await once(this.changes, kind, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  private entry(id: string) {
    const entry = this.all.get(id);
    if (!entry) throw new Error(`there is no container ${id}`);
    return entry;
  }
}
