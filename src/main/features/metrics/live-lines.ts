import type { LiveLine } from '../../../shared/contract/run-readings.ts';

/** A line of more points is thinned: a chart has no more pixels, and an answer does not grow with the time since the last one. */
const mostPoints = 1024;

interface Line {
  readonly name: string;
  readonly attempt: number;
  readonly steps: number[];
  readonly values: number[];
}

/** Chart lines made of points, which are added in their order. */
export class LiveLines {
  /** The most steps that an epoch has taken so far; 0 while unknown. */
  stepsPerEpoch = 0;
  private readonly attempts = new Map<number, Map<string, Line>>();

  add(attempt: number, name: string, step: number, epoch: number, value: number): void {
    const line = this.line(attempt, name);
    line.steps.push(step);
    line.values.push(value);
    if (epoch > 0) this.stepsPerEpoch = Math.max(this.stepsPerEpoch, step / epoch);
  }

  /** Each line, thinned where it has more than so many points. */
  columns(most = mostPoints): LiveLine[] {
    const lines = [...this.attempts.values()].flatMap((byName) => [...byName.values()]);
    return lines.map((line) => columnsOf(line, most));
  }

  private line(attempt: number, name: string): Line {
    const lines = this.attempts.get(attempt) ?? new Map<string, Line>();
    this.attempts.set(attempt, lines);
    const line = lines.get(name) ?? { name, attempt, steps: [], values: [] };
    lines.set(name, line);
    return line;
  }
}

const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

function columnsOf({ name, attempt, steps, values }: Line, most: number): LiveLine {
  if (steps.length <= most)
    return { name, attempt, step: steps, mean: values.map(finiteOrNull), merged: null };
  const width = Math.ceil(steps.length / most);
  const line = {
    ...{ name, attempt, step: [] as number[], mean: [] as (number | null)[] },
    merged: {
      ...{ min: [] as (number | null)[], max: [] as (number | null)[] },
      ...{ finite: [] as number[], count: [] as number[] },
    },
  };
  for (let from = 0; from < steps.length; from += width) {
    const to = Math.min(from + width, steps.length);
    let [min, max, sum, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
    for (let index = from; index < to; index += 1) {
      const value = values[index] as number;
      if (!Number.isFinite(value)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
      finite += 1;
    }
    line.step.push(steps[to - 1] as number);
    line.mean.push(finiteOrNull(sum / finite));
    line.merged.min.push(finiteOrNull(min));
    line.merged.max.push(finiteOrNull(max));
    line.merged.finite.push(finite);
    line.merged.count.push(to - from);
  }
  return line;
}
