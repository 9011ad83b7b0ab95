import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { Db } from '../../postgres/db.ts';
import {
  attachMonth,
  detachMonth,
  dropMonth,
  firstUnderWay,
  listMonths,
  type MonthRow,
} from './month-rows.ts';

/** SQLSTATEs of a lock that is not to be had. */
const busy = ['55P03', '40P01'] as const;
/** How often the retention looks for months that are over. */
const sweepEveryMs = 3_600_000;

/** The first moment behind a month. */
const endOf = (month: string) => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1));
};

/** The months (UTC) in which metrics lie: kept, detached by the retention or by hand, and dropped by hand alone. */
export class MetricMonths {
  private readonly db: Db;
  private readonly kept: { read(): number | null; write(months: number | null): void };
  private readonly log: WorkLog;
  private sweptAt = 0;

  /** @param kept how many whole months stay beside the present one; null: all */
  constructor(parts: {
    readonly db: Db;
    readonly kept: { read(): number | null; write(months: number | null): void };
    readonly log: WorkLog;
  }) {
    this.db = parts.db;
    this.kept = parts.kept;
    this.log = parts.log;
  }

  async list(): Promise<{ keepMonths: number | null; months: MonthRow[] }> {
    return { keepMonths: this.kept.read(), months: await listMonths(this.db) };
  }

  /** Changes how many months stay, and detaches those that are too many now. */
  async keep(months: number | null) {
    this.kept.write(months);
    this.sweptAt = 0;
    await this.sweep();
    return this.list();
  }

  /** Detaches what the retention does not keep; a month that is locked has to wait for the next time. */
  async sweep(now = new Date()): Promise<void> {
    const keep = this.kept.read();
    if (keep === null || now.getTime() - this.sweptAt < sweepEveryMs) return;
    const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - keep, 1));
    const usedFrom = await firstUnderWay(this.db);
    const over = (await listMonths(this.db)).filter(
      ({ month, state }) =>
        state === 'attached' && endOf(month) <= before && (usedFrom === null || endOf(month) <= usedFrom),
    );
    try {
      for (const { month } of over) {
        await detachMonth(this.db, month);
        this.log.info({ month }, 'a month of metrics was detached by the retention');
      }
      this.sweptAt = now.getTime();
    } catch (error) {
      if (!hasCode(error, ...busy)) throw error;
      this.log.info({ cause: errorMessage(error) }, 'a month of metrics is in use; the retention waits');
    }
  }

  /** @throws TrainyardError METRICS_MONTH_UNKNOWN, METRICS_MONTH_IN_USE, METRICS_MONTH_BUSY */
  async detach(month: string) {
    await this.need(month, 'attached');
    const usedFrom = (await firstUnderWay(this.db)) ?? new Date();
    if (endOf(month) > usedFrom || endOf(month) > new Date()) throw fault('METRICS_MONTH_IN_USE', { month });
    return this.done(month, detachMonth);
  }

  /** @throws TrainyardError METRICS_MONTH_UNKNOWN, METRICS_MONTH_BUSY */
  async attach(month: string) {
    await this.need(month, 'detached');
    return this.done(month, attachMonth);
  }

  /** Its points are gone then. @throws TrainyardError METRICS_MONTH_UNKNOWN, METRICS_MONTH_BUSY */
  async drop(month: string) {
    await this.need(month, 'detached');
    return this.done(month, dropMonth);
  }

  private async need(month: string, state: MonthRow['state']): Promise<void> {
    const months = await listMonths(this.db);
    if (months.some((one) => one.month === month && one.state === state)) return;
    const wanted = { attached: { en: 'attached', ko: '연결된' }, detached: { en: 'detached', ko: '분리된' } };
    throw fault('METRICS_MONTH_UNKNOWN', { month, state: wanted[state] });
  }

  private async done(month: string, change: (db: Db, month: string) => Promise<void>) {
    try {
      await change(this.db, month);
    } catch (error) {
      if (!hasCode(error, ...busy)) throw error;
      throw fault('METRICS_MONTH_BUSY', { month }, { cause: error });
    }
    return this.list();
  }
}
