import type { MetricPoint } from '../../../shared/contract/run-readings.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { RunChanges } from '../journal/run-changes.ts';
import type { PointReader } from './ports.ts';

export interface MetricQuery {
  readonly runId: string;
  readonly after: number;
  readonly limit: number;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface MetricPage {
  readonly metrics: MetricPoint[];
  readonly next: number;
  readonly more: boolean;
  readonly ended: boolean;
}

/** A run's points, exact, in the order of its journal. */
export class MetricService {
  private readonly points: PointReader;
  private readonly changes: RunChanges;

  constructor(points: PointReader, changes: RunChanges) {
    this.points = points;
    this.changes = changes;
  }

  /** Points after a journal number; waits for some where there are none. @throws TrainyardError RUN_NOT_FOUND */
  read({ runId, after, limit, waitMs, signal }: MetricQuery): Promise<MetricPage> {
    return this.changes.read(
      runId,
      waitMs,
      () => this.page(runId, after, limit),
      ({ metrics, ended }) => metrics.length > 0 || ended,
      signal,
    );
  }

  private async page(runId: string, after: number, limit: number): Promise<MetricPage> {
    const { status, lastSeq, points } = await this.points.page(runId, after, limit + 1);
    const more = points.length > limit;
    if (more) points.length = limit;
    const metrics = points.map(
      ({ time, values, ...point }): MetricPoint => ({
        ...point,
        time: time.toISOString(),
        values: { ...values },
      }),
    );
    // Without more, everything up to the journal's end was looked at, though not all of it is points.
    const next = more ? (metrics.at(-1)?.seq ?? after) : Math.max(after, lastSeq);
    return { metrics, next, more, ended: !more && isEnded(status) };
  }
}
