import type { BoardChart } from './chart-board.tsx';
import type { ChartLine } from './chart-line.ts';
import type { Line } from './line-set.ts';
import { colorAt, colorCount, metricColor } from './palette.ts';
import type { RunFeed } from './run-feed.ts';

interface MetricGroup {
  /** `loss`, `learning_rate` and `accuracy` are known; any other group is one metric. */
  readonly key: string;
  readonly names: readonly string[];
}

/** What comes with every step stands before what comes with an epoch only, which would move it to another place. */
const known: readonly (readonly [string, RegExp])[] = [
  ['loss', /(^|[_/])loss$/],
  ['learning_rate', /^(lr|learning_rate)([_/]|$)/],
  ['accuracy', /(^|[_/])(accuracy|acc|top1|top5|miou)$/i],
  ['map', /(^|[_/])map(50)?(_95)?$/i],
];

/** What a metric of one class is of all classes, as `val_f1/` of `val_f1/rose`; null for any other. */
const ofClasses = (name: string) => /^(?:train|val|test)_\w+\//.exec(name)?.[0] ?? null;

/** Which names share a chart: losses, accuracies and learning rates do, and what is measured of each class; all others stand alone. Training comes before validation. */
export function groupMetrics(names: readonly string[]): readonly MetricGroup[] {
  const groups = new Map<string, string[]>(known.map(([key]) => [key, []]));
  const rank = (name: string) =>
    ['train', 'epoch', 'val', 'test'].findIndex((start) => name.startsWith(start));
  const sorted = [...new Set(names)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  for (const name of sorted) {
    const key = ofClasses(name) ?? known.find(([, pattern]) => pattern.test(name))?.[0] ?? name;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups]
    .filter(([, members]) => members.length > 0)
    .map(([key, members]) => ({ key, names: members }));
}

/** A colour for each metric of a chart: those that they have everywhere, each once. */
function colorsOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const usual = ofClasses(name) === null ? metricColor(name, index) : colorAt(index);
    const free = Array.from({ length: colorCount }, (_, at) => colorAt(at)).find((one) => !taken.has(one));
    const color = taken.has(usual) ? (free ?? usual) : usual;
    taken.add(color);
    return color;
  });
}

/** All lines of a metric, one an attempt; those of earlier attempts are dashed. `keyPrefix` distinguishes those of several runs. */
function linesOf(
  feed: RunFeed,
  name: string,
  newest: number,
  keyPrefix: string,
  look: (attempt: number) => Pick<ChartLine, 'label' | 'color'>,
): ChartLine[] {
  return [...(feed.base?.lines ?? [])]
    .filter(([, line]) => line.name === name)
    .map(([key, { attempt }]) => ({
      ...look(attempt),
      dashed: attempt !== newest,
      key: `${keyPrefix}${key}`,
      buffer: () => feed.shown?.lines.get(key)?.buffer ?? null,
      stepsPerEpoch: () => feed.stepsPerEpoch,
    }));
}

const attemptsOf = (lines: readonly Line[]) => [...new Set(lines.map(({ attempt }) => attempt))];

/** One run's charts: a colour a metric. */
export function runCharts(
  feed: RunFeed,
  title: (group: string) => string,
  attemptLabel: (number: number) => string,
): readonly BoardChart[] {
  const all = [...(feed.base?.lines.values() ?? [])];
  const attempts = attemptsOf(all);
  const newest = Math.max(0, ...attempts);
  return groupMetrics(all.map(({ name }) => name)).map(({ key, names }) => {
    const colors = colorsOf(names);
    return {
      ...{ key, title: title(key) },
      lines: names.flatMap((name, index) => {
        const color = colors[index] ?? colorAt(index);
        const short = name.slice(ofClasses(name)?.length ?? 0);
        return linesOf(feed, name, newest, '', (attempt) => ({
          label: attempts.length > 1 ? `${short} · ${attemptLabel(attempt)}` : short,
          color,
        }));
      }),
    };
  });
}

/** Several runs over one another: a chart a metric, a colour a run. */
export function comparedCharts(
  feeds: readonly RunFeed[],
  runNames: readonly string[],
  title: (metric: string) => string,
  attemptLabel: (number: number) => string,
): readonly BoardChart[] {
  const linesIn = (feed: RunFeed) => [...(feed.base?.lines.values() ?? [])];
  return groupMetrics(feeds.flatMap(linesIn).map(({ name }) => name))
    .flatMap((group) => group.names)
    .map((name) => ({
      key: name,
      title: title(name),
      lines: feeds.flatMap((feed, index) => {
        const attempts = attemptsOf(linesIn(feed).filter((line) => line.name === name));
        const run = runNames[index] ?? feed.runId.slice(0, 8);
        return linesOf(feed, name, Math.max(0, ...attempts), `${feed.runId} `, (attempt) => ({
          label: attempts.length > 1 ? `${run} · ${attemptLabel(attempt)}` : run,
          color: colorAt(index),
        }));
      }),
    }));
}
