import type { BoardChart } from './chart-board.tsx';
import type { ChartLine } from './chart-line.ts';
import { colorAt, metricColor } from './palette.ts';
import type { RunFeed } from './run-feed.ts';

interface MetricGroup {
  /** `loss`, `accuracy` and `learning_rate` are known; any other group is one metric. */
  readonly key: string;
  readonly names: readonly string[];
}

const known: readonly (readonly [string, RegExp])[] = [
  ['loss', /(^|[_/])loss$/],
  ['accuracy', /(^|[_/])(accuracy|acc|top1|top5|map50|map|miou)$/i],
  ['learning_rate', /^(lr|learning_rate)([_/]|$)/],
];

/** Which names share a chart: losses, accuracies and learning rates do, all others stand alone. Training comes before validation. */
export function groupMetrics(names: readonly string[]): readonly MetricGroup[] {
  const groups = new Map<string, string[]>(known.map(([key]) => [key, []]));
  const rank = (name: string) =>
    ['train', 'epoch', 'val', 'test'].findIndex((start) => name.startsWith(start));
  const sorted = [...new Set(names)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  for (const name of sorted) {
    const key = known.find(([, pattern]) => pattern.test(name))?.[0] ?? name;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups]
    .filter(([, members]) => members.length > 0)
    .map(([key, members]) => ({ key, names: members }));
}

function lineOf(
  feed: RunFeed,
  key: string,
  look: Pick<ChartLine, 'label' | 'color' | 'dashed'>,
  scope: string,
): ChartLine {
  return {
    ...look,
    key: `${scope}${key}`,
    buffer: () => feed.shown?.lines.get(key)?.buffer ?? null,
    stepsPerEpoch: () => feed.stepsPerEpoch,
  };
}

function linesByName(feed: RunFeed, name: string) {
  return [...(feed.base?.lines ?? [])].filter(([, line]) => line.name === name);
}

/** One run's charts: a colour a metric; earlier attempts are dashed. */
export function runCharts(
  feed: RunFeed,
  title: (group: string) => string,
  attempt: (number: number) => string,
): readonly BoardChart[] {
  const all = [...(feed.base?.lines.values() ?? [])];
  const newest = Math.max(0, ...all.map((line) => line.attempt));
  const several = new Set(all.map((line) => line.attempt)).size > 1;
  return groupMetrics(all.map(({ name }) => name)).map((group) => ({
    key: group.key,
    title: title(group.key),
    lines: group.names.flatMap((name, index) =>
      linesByName(feed, name).map(([key, line]) =>
        lineOf(
          feed,
          key,
          {
            label: several ? `${name} · ${attempt(line.attempt)}` : name,
            color: metricColor(name, index),
            dashed: line.attempt !== newest,
          },
          '',
        ),
      ),
    ),
  }));
}

/** Several runs over one another: a chart a metric, a colour a run. */
export function comparedCharts(
  feeds: readonly RunFeed[],
  runNames: readonly string[],
  title: (metric: string) => string,
): readonly BoardChart[] {
  const names = feeds.flatMap((feed) => [...(feed.base?.lines.values() ?? [])].map(({ name }) => name));
  return groupMetrics(names)
    .flatMap((group) => group.names)
    .map((name) => ({
      key: name,
      title: title(name),
      lines: feeds.flatMap((feed, index) => {
        const lines = linesByName(feed, name);
        const newest = Math.max(0, ...lines.map(([, line]) => line.attempt));
        return lines.map(([key, line]) =>
          lineOf(
            feed,
            key,
            {
              label: runNames[index] ?? feed.runId.slice(0, 8),
              color: colorAt(index),
              dashed: line.attempt !== newest,
            },
            `${feed.runId} `,
          ),
        );
      }),
    }));
}
