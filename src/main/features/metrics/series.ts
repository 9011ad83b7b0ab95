import type { Series } from '../../../shared/contract/run-readings.ts';
import type { Db } from '../../postgres/db.ts';
import { RollupView, type StepWindow } from './rollup-rows.ts';
import { bucketWidth, openLines, type RollupShape } from './rollups.ts';
import { chooseLevel, groupSize, type LevelChoice, openAt, SeriesLine, wholeRange } from './series-line.ts';
import { locate } from './series-window.ts';

export interface SeriesQuery {
  readonly runId: string;
  /** Null: all. */
  readonly names: readonly string[] | null;
  /** For each line. */
  readonly maxPoints: number;
  readonly window: StepWindow | null;
}

/** An answer holds no more buckets than this, however many lines it has. */
const mostBuckets = 400_000;
const fewestOfLine = 64;

/** Chart lines out of rollups: what they cost depends on how fine they are, not on how long the run is. */
export class SeriesService {
  private readonly db;
  private readonly shape;

  constructor(db: Db, shape: RollupShape) {
    this.db = db;
    this.shape = shape;
  }

  /** The lines, and the journal number that they cover. @throws TrainyardError RUN_NOT_FOUND */
  async read(query: SeriesQuery): Promise<{ series: Series[]; cursor: number }> {
    const { runId, names, maxPoints, window } = query;
    const view = await RollupView.open(this.db, runId);
    const wanted = names && new Set(names);
    const lines = view.attempts
      .flatMap(({ attempt, rollups }) => openLines(rollups).map((line) => ({ attempt, line })))
      .filter(({ line: { name, total } }) => total > 0 && (!wanted || wanted.has(name)))
      .sort((a, b) =>
        a.line.name < b.line.name ? -1 : a.line.name > b.line.name ? 1 : a.attempt - b.attempt,
      );
    const share = Math.floor(mostBuckets / Math.max(1, lines.length));
    const limit = Math.min(maxPoints, Math.max(fewestOfLine, share));
    const chosen = lines.map((line) => ({
      ...line,
      level: chooseLevel(this.shape, line.line.total, limit),
    }));
    const series = window
      ? await locate(view, this.shape, chosen, window, limit)
      : await this.whole(view, chosen, limit);
    return { series, cursor: view.lastSeq };
  }

  private async whole(view: RollupView, chosen: readonly LevelChoice[], limit: number): Promise<Series[]> {
    const rolled = chosen.filter(({ level }) => level > 0);
    const exact = chosen.filter(({ level }) => level === 0);
    const [columns, points] = await Promise.all([
      rolled.length === 0
        ? []
        : view.buckets(rolled.map((choice) => wholeRange(this.shape, choice, choice.level))),
      exact.length === 0 ? [] : view.exact(exact.map((choice) => wholeRange(this.shape, choice, 1))),
    ]);
    return chosen.map((choice) => {
      const { attempt, line, level } = choice;
      const held = columns[rolled.indexOf(choice)];
      const open = openAt(line, level);
      const group = held ? groupSize(held, limit - open.length) : 1;
      const width = bucketWidth(this.shape, level) * group;
      const series = new SeriesLine(line.name, attempt, width, line.total, line.nonFinite);
      if (held) series.addColumns(held, group);
      for (const { bucket } of open) series.addBucket(bucket);
      if (level === 0) {
        series.addExact(points[exact.indexOf(choice)] ?? [], null);
        series.addExact(line.exact, null);
      }
      return series.end();
    });
  }
}
