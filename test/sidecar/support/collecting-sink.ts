import type { Sink } from '../../../resources/trainers/sidecar/sink.ts';

type Point = Omit<Parameters<Sink['metric']>[0], 'timeMs'>;

/** A sink that keeps all it gets. */
export function collectingSink() {
  const points: Point[] = [];
  const progress: Parameters<Sink['progress']>[0][] = [];
  const unreadable: { file: string; line: number | null; reason: string }[] = [];
  const sink: Sink = {
    metric: ({ epoch, step, values }) => points.push({ epoch, step, values }),
    progress: (fields) => progress.push(fields),
    artifact: () => {},
    unreadable: (file, line, reason) => unreadable.push({ file, line, reason }),
    settle: (complete) => complete(),
  };
  return { sink, points, progress, unreadable };
}
