import path from 'node:path';
import type { Before } from './before.ts';
import { type CsvPosition, startOfCsv } from './csv.ts';
import type { LogKind } from './find-files.ts';
import { type Position, startPosition } from './lines.ts';
import type { MetricValues } from './sink.ts';
import { type EventFilePosition, startOfEventFile } from './tensorboard.ts';
import { type HistoryPosition, startOfHistory } from './trainer-state.ts';

/** What is read: a file, or the states in an output folder. */
export type Source = {
  /** Before the names of its metrics. */
  readonly prefix: string;
} & (
  | { readonly kind: 'csv'; readonly position: CsvPosition }
  | { readonly kind: 'tensorboard'; readonly position: EventFilePosition }
  | { readonly kind: 'trainer-state'; readonly position: HistoryPosition }
  | { readonly kind: 'package'; readonly position: Position }
);

export type SourceKind = Source['kind'];

/** All that is known of a script's files; kept in `sidecar.json`. */
export interface SourcesState {
  sources: Record<string, Source>;
  /** The folder of the first source of each kind: those of other folders get its name before theirs. */
  bases: Partial<Record<SourceKind, string>>;
  /** Which source brought a name first. */
  names: Record<string, string>;
  /** The last value of each name. */
  latest: MetricValues;
  /** What was reported once. */
  reported: string[];
}

export const freshState = (): SourcesState => ({
  sources: {},
  bases: {},
  names: {},
  latest: {},
  reported: [],
});

/** Beyond this files are left out: each is looked at once a second. */
export const mostSources = 512;
const mostNames = 2000;

/** The folder of what a file belongs to: for the state in a checkpoint the output folder. */
export function folderOf(kind: LogKind, file: string): string {
  const folder = path.dirname(file);
  return kind === 'trainer-state' && /^checkpoint-\d+$/.test(path.basename(folder))
    ? path.dirname(folder)
    : folder;
}

/** As TensorBoard names runs: by their folder below the one that both are in; empty for the first. */
function prefixOf(base: string, folder: string): string {
  if (base === folder) return '';
  const [from, to] = [base.split(path.sep), folder.split(path.sep)];
  const same = to.findIndex((name, at) => name !== from[at]);
  const below = same < 0 ? to.slice(-1) : to.slice(same);
  return `${below.join('/')}/`;
}

/** The source that a file belongs to; null where there are too many. */
export function sourceOf(state: SourcesState, before: Before, kind: SourceKind, file: string): Source | null {
  const folder = kind === 'package' ? '' : folderOf(kind, file);
  const key = kind === 'trainer-state' ? `${folder}${path.sep}trainer_state.json` : file;
  const known = state.sources[key];
  if (known) return known;
  if (Object.keys(state.sources).length >= mostSources) return null;
  const base = state.bases[kind] ?? folder;
  state.bases[kind] = base;
  const source = newSource(kind, prefixOf(base, folder), { before, file, folder });
  state.sources[key] = source;
  return source;
}

function newSource(
  kind: SourceKind,
  prefix: string,
  { before, file, folder }: { before: Before; file: string; folder: string },
): Source {
  if (kind === 'csv') return { kind, prefix, position: { ...(before.files[file]?.csv ?? startOfCsv()) } };
  if (kind === 'tensorboard') return { kind, prefix, position: startOfEventFile() };
  if (kind === 'package') return { kind, prefix, position: startPosition() };
  const earlier = Object.entries(before.files).filter(
    ([earlierFile, { history }]) => history && folderOf(kind, earlierFile) === folder,
  );
  const known = earlier.flatMap(([, { history }]) => history?.known ?? []);
  return { kind, prefix, position: { ...startOfHistory(), known: known.slice(-100) } };
}

/** The name of a metric of a source: where another one has brought the same name, its kind stands before it. */
export function nameOf(state: SourcesState, { kind, prefix }: Source, name: string): string {
  const owner = `${kind} ${prefix}`;
  const full = prefix + name;
  if (!Object.hasOwn(state.names, full)) {
    if (Object.keys(state.names).length < mostNames) state.names[full] = owner;
    return full;
  }
  return state.names[full] === owner ? full : `${kind}/${full}`;
}
