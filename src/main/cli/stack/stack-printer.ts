import type { StackEvent } from '../../../shared/contract/stack.ts';
import { stackStepWords } from '../../../shared/format/stack-steps.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { terminalLine } from '../../../shared/model/terminal-text.ts';
import { formatBytes, formatDuration, formatStatus } from '../lib/format.ts';
import { language, translate } from '../lib/language.ts';
import { remark, styled } from '../lib/output.ts';

type PullEvent = Extract<StackEvent, { type: 'pull' }>;
type StepEvent = Extract<StackEvent, { type: 'step' }>;
type ShownEvent = Exclude<StackEvent, { type: 'begin' | 'end' }>;

const redrawMs = 80;
/** Between two lines about the same pull, where lines stay. */
const pullLineMs = 5000;
const barCells = 24;

function pullText(event: PullEvent): string {
  const share = event.bytesTotal > 0 ? Math.min(1, event.bytesDone / event.bytesTotal) : 0;
  const full = Math.round(share * barCells);
  const bar = `${'█'.repeat(full)}${'░'.repeat(barCells - full)}`;
  const bytes = `${formatBytes(event.bytesDone)} / ${formatBytes(event.bytesTotal)}`;
  return `${bar} ${bytes}  ${formatBytes(Math.round(event.bytesPerSecond))}/s  ${event.layersDone}/${event.layers}  ${event.image}`;
}

function stepText({ step, detail, detailKo = detail, durationMs }: StepEvent): string {
  const seen = detail ? `: ${translate(detail, detailKo)}` : '';
  const time = durationMs !== null && durationMs >= 1000 ? ` (${formatDuration(durationMs)})` : '';
  return `${stackStepWords(step)[language]}${seen}${time}`;
}

function eventText(event: ShownEvent): string {
  if (event.type === 'pull') return pullText(event);
  return event.type === 'service' ? formatStatus(event.status) : stepText(event);
}

/** Shows on standard error what a verb does: in place on a terminal, elsewhere one line for each finished step. */
export class StackPrinter {
  private readonly stream = process.stderr;
  private readonly texts = new Map<ServiceName | null, string>();
  private readonly pulledAt = new Map<ServiceName, number>();
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  onProgress(event: StackEvent): void {
    if (event.type === 'begin' || event.type === 'end') return;
    if (this.stream.isTTY) this.show(event);
    else this.print(event);
  }

  /** Takes the moving lines away. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.drawn > 0) this.stream.write(`\x1b[${this.drawn}A\x1b[0J`);
    this.drawn = 0;
  }

  private show(event: ShownEvent): void {
    this.texts.set(event.service, eventText(event));
    this.timer ??= setTimeout(() => this.draw(), redrawMs);
  }

  private draw(): void {
    this.timer = undefined;
    const columns = this.stream.columns || 80;
    const lines = [...serviceNames, null].flatMap((service) => {
      const text = this.texts.get(service);
      if (text === undefined) return [];
      const line = terminalLine(`${(service ?? '').padEnd(9)} ${text}`, { colour: false });
      return [line.slice(0, columns - 1)];
    });
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : '';
    this.stream.write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  private print(event: ShownEvent): void {
    if (event.type === 'pull') {
      const isDone = event.layers > 0 && event.layersDone === event.layers;
      const last = this.pulledAt.get(event.service) ?? 0;
      if (!isDone && Date.now() - last < pullLineMs) return;
      this.pulledAt.set(event.service, isDone ? Number.POSITIVE_INFINITY : Date.now());
      if (last === Number.POSITIVE_INFINITY) return;
    }
    if (event.type === 'step' && event.status !== 'done' && event.status !== 'failed') return;
    const text = terminalLine(eventText(event), { colour: false });
    remark(`${styled('dim', (event.service ?? '').padEnd(9))} ${text}`);
  }
}

/** What verbs print with `--json`. */
export const progressShape = (last: string) =>
  `${translate('lines of progress, the last line:', '진행 상황 여러 줄, 마지막 줄:')} ${last}`;
