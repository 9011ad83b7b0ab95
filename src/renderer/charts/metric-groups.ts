export interface MetricGroup {
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
