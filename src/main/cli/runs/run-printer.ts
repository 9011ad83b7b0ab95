import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import { logLevels } from '../../../shared/model/log-levels.ts';
import { formatClock, formatDuration, formatMetric, formatStatus } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { StatusLine, styled, writeLine } from '../lib/output.ts';
import { formatLogLine } from './logs.ts';

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function values(value: unknown): [string, number | string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).filter(
    (entry) => typeof entry[1] === 'number' || typeof entry[1] === 'string',
  );
}

/** Prints a run's journal for a person: a line for each event that matters, and a progress line that is overwritten. */
export class RunPrinter {
  private readonly status = new StatusLine();
  private progress = '';
  private bar = '';

  async print({ type, time, data }: RunEvent): Promise<void> {
    if (type === 'progress') {
      const eta =
        typeof data.etaMs === 'number'
          ? translate(`, ${formatDuration(data.etaMs)} left`, `, ${formatDuration(data.etaMs)} 남음`)
          : '';
      this.progress = `${translate('epoch', '에폭')} ${data.epoch} / ${data.epochs}, ${translate('step', '스텝')} ${data.step} / ${data.steps}${eta}`;
      this.showStatus();
      return;
    }
    const line = this.line(type, time, data);
    if (line === null) return;
    this.status.clear();
    await writeLine(line);
    this.showStatus();
  }

  /** Shows the trainer's own unfinished line behind the progress. */
  showBar(text: string): void {
    if (text === this.bar) return;
    this.bar = text;
    this.showStatus();
  }

  /** Removes the progress line. */
  end(): void {
    this.status.clear();
  }

  private showStatus(): void {
    const text = [this.progress, this.bar].filter((part) => part !== '').join('  ');
    if (text === '') this.status.clear();
    else this.status.show(text);
  }

  private line(type: RunEvent['type'], time: string, data: RunEvent['data']): string | null {
    const clock = styled('dim', formatClock(time));
    switch (type) {
      case 'state':
        return `${clock} ${styled('bold', formatStatus(text(data.to)))}${data.message ? `: ${text(data.message)}` : ''}`;
      case 'attempt':
        return data.to === undefined ? `${clock} ${text(data.message)}` : null;
      case 'log':
        return formatLogLine({
          time,
          level: logLevels.find((level) => level === data.level) ?? 'info',
          message: text(data.message),
        });
      case 'metric':
        return this.metricLine(clock, data);
      case 'checkpoint':
        return data.kind === 'best'
          ? `${clock} ${translate('best checkpoint so far', '지금까지 가장 좋은 체크포인트')}: ${text(data.path)}`
          : null;
      case 'artifact':
        return `${clock} ${translate('artifact', '결과물')}: ${text(data.path)}`;
      case 'result':
        return `${clock} ${translate('result', '결과')}: ${describe(values(data.metrics))}`;
      default:
        return null;
    }
  }

  /** Only the points that close an epoch: the others are a chart's. */
  private metricLine(clock: string, data: RunEvent['data']): string | null {
    const points = values(data.values);
    if (!points.some(([name]) => name.startsWith('val_') || name === 'train_accuracy')) return null;
    return `${clock} ${translate('epoch', '에폭')} ${numberOr(data.epoch, 0)}: ${describe(points)}`;
  }
}

function describe(points: readonly [string, number | string][]): string {
  return points.map(([name, value]) => `${name} ${formatMetric(name, value)}`).join('  ');
}
