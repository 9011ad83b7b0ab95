import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { fault } from '../../shared/errors/catalogue.ts';
import { replaceFile, syncFolder } from './durable-file.ts';
import { failpoint } from './failpoints.ts';
import { readStateFile } from './state-file.ts';

/** What of a state folder is its data, which goes together: settings, secrets, snapshots, environments and logs stay. */
export const dataEntries = [
  'postgres',
  'postgres.json',
  'database.json',
  'served.json',
  'stack',
  'objects',
  'cache',
  'uploads',
  'scratch',
  'runs',
] as const;

const settingsSchema = z.record(z.string(), z.unknown());
const noteSchema = z.object({
  version: z.literal(1),
  /** When it went out of service, and what came instead: a snapshot, by its id and its moment, or what was there before it. */
  at: z.string(),
  by: z.enum(['restore', 'revert']),
  snapshot: z.object({ id: z.string(), at: z.string() }),
  /** Those of its settings that belong to the data. */
  settings: settingsSchema,
});
/** Stands in the state that went out of service, as `replaced.json`. */
export type ReplacedNote = Readonly<z.infer<typeof noteSchema>>;

const entries = z.array(z.enum(dataEntries));
const decisionSchema = z.object({
  version: z.literal(1),
  /** Names in the state folder. */
  from: z.string().check(z.regex(/^(aside|previous)-[0-9a-f]{12}$/)),
  to: z.string().check(z.regex(/^previous-[0-9a-f]{12}$/)),
  /** What there was to move when it was decided. */
  leaving: entries,
  entering: entries,
  /** Of the state that comes into service. */
  settings: settingsSchema,
});
/** A switch of the data that was decided: it is gone through with, whatever ends meanwhile. */
export type Decision = Readonly<z.infer<typeof decisionSchema>>;

const previousSchema = z.object({ name: z.nullable(z.string()) });

const previousFile = (home: string) => path.join(home, 'previous.json');
const decisionFile = (home: string) => path.join(home, 'switch.json');
const noteFile = (inner: string) => path.join(inner, 'replaced.json');

const decisionHint = {
  en: 'It says which data is to be moved where; without it the folders aside-… and previous-… of the state folder have to be sorted by hand. Put it back from a backup.',
  ko: '어느 데이터를 어디로 옮길지 적힌 파일입니다. 없으면 상태 폴더의 aside-…와 previous-… 폴더를 직접 정리해야 하니 백업에서 되돌리세요.',
};

const previousHint = {
  en: 'It names the folder with what the last restore replaced: write {"name": "previous-…"} with that folder’s name there, or remove the file, and the folder goes, too.',
  ko: '마지막 복원 전의 데이터가 든 폴더 이름이 적힌 파일입니다. 그 폴더 이름으로 {"name": "previous-…"}를 적거나 파일을 지우세요. 지우면 그 폴더도 없어집니다.',
};
const noteHint = {
  en: 'It describes what the last restore replaced. Put it back from a backup, or remove it, and with it the way back.',
  ko: '마지막 복원 전의 데이터를 설명하는 파일입니다. 백업에서 되돌리세요. 지우면 그 데이터로 되돌릴 수 없습니다.',
};

const present = (folder: string) =>
  dataEntries.filter((name) => lstatSync(path.join(folder, name), { throwIfNoEntry: false }) !== undefined);

/**
 * Decides that the data in `from` comes into service and that what is there now goes to `to`, which is an empty folder: from here on there is
 * no way but to the end, and none but this one's undoing later. Nothing has the stores open.
 * @throws TrainyardError RESTORE_DISK_MOUNTED before anything is decided
 */
export function decideSwitch(
  home: string,
  { from, to, settings }: Pick<Decision, 'from' | 'to' | 'settings'>,
  note: ReplacedNote,
): void {
  const leaving = present(home);
  for (const name of leaving) refuseMount(home, name);
  replaceFile(noteFile(path.join(home, to)), `${JSON.stringify(note, null, 2)}\n`);
  const entering = present(path.join(home, from));
  const decision: Decision = { version: 1, from, to, leaving, entering, settings };
  failpoint('switch.decide.before');
  replaceFile(decisionFile(home), `${JSON.stringify(decision, null, 2)}\n`);
  failpoint('switch.decide.after');
}

/** A folder that a disk is mounted on cannot be renamed. */
function refuseMount(home: string, name: string): void {
  const stats = lstatSync(path.join(home, name));
  if (stats.isSymbolicLink() || stats.dev === lstatSync(home).dev) return;
  const folder = path.join(home, name);
  throw fault('RESTORE_DISK_MOUNTED', { folder, name }, { place: { file: folder } });
}

/** Whether one is, by the file alone. */
export const isSwitchDecided = (home: string) => existsSync(decisionFile(home));

/** The switch that is under way; null without one. @throws TrainyardError STATE_FILE_DAMAGED */
export const readDecision = (home: string): Decision | null =>
  readStateFile(decisionFile(home), decisionSchema, { hint: decisionHint });

/**
 * Moves what a switch that was decided has not moved yet. Called by whoever is about to use the data, one at a time; does nothing, and
 * takes no time, where none is under way. Each entry is out before the other is in, so a redo knows by the places themselves how far it came.
 */
export function finishMoves(home: string): void {
  if (!isSwitchDecided(home)) return;
  const decision = readDecision(home);
  if (!decision) return;
  const [from, to] = [path.join(home, decision.from), path.join(home, decision.to)];
  for (const name of dataEntries) {
    const [entering, here, leaving] = [from, home, to].map((folder) => path.join(folder, name));
    const isIn = decision.entering.includes(name) && !isThere(entering);
    if (decision.leaving.includes(name) && !isIn && !isThere(leaving) && isThere(here)) move(here, leaving);
    if (decision.entering.includes(name) && !isIn) move(entering, here);
  }
  for (const folder of [from, to, home]) syncFolder(folder);
}

const isThere = (file = '') => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

function move(from = '', to = ''): void {
  failpoint('switch.move.before');
  renameSync(from, to);
  failpoint('switch.move.after');
}

/** The last step: what was decided is done, and what went out of service is what is kept, where there was anything. */
export function endSwitch(home: string, { to, leaving }: Decision): void {
  failpoint('switch.end.before');
  const hadData = leaving.includes('database.json') || leaving.includes('stack');
  replaceFile(previousFile(home), `${JSON.stringify({ name: hadData ? to : null })}\n`);
  rmSync(decisionFile(home), { force: true });
  syncFolder(home);
  failpoint('switch.end.after');
}

/** Keeps none of them any more: from here on it is what a sweep removes. */
export const forgetPrevious = (home: string) =>
  replaceFile(previousFile(home), `${JSON.stringify({ name: null })}\n`);

/** The name of the state that is kept of those that went out of service; it need not be there. */
export const keptPrevious = (home: string): string | null =>
  readStateFile(previousFile(home), previousSchema, { hint: previousHint })?.name ?? null;

/** What is known of a state that went out of service; null where it is no whole one. */
export const readReplacedNote = (inner: string): ReplacedNote | null =>
  readStateFile(noteFile(inner), noteSchema, { hint: noteHint });
