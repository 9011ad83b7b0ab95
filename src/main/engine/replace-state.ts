import path from 'node:path';
import { fault } from '../../shared/errors/catalogue.ts';
import { innerNames, makeInner, newInnerName } from '../platform/inner-states.ts';
import {
  decideSwitch,
  endSwitch,
  finishMoves,
  forgetPrevious,
  keptPrevious,
  type ReplacedNote,
  readDecision,
  readReplacedNote,
} from '../platform/state-switch.ts';
import { StackFolder } from '../stack/files/stack-folder.ts';
import { imagesName, stackImages } from '../stack/stack-images.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import { keptSettings, type Settings, settingNames } from '../stores/snapshots/kept-settings.ts';
import { type AsideParts, removeState, stackOf, sweepStates } from './aside.ts';

/** What comes into service. */
interface Incoming {
  /** Its name in the state folder. */
  readonly from: string;
  readonly settings: Settings;
  readonly by: ReplacedNote['by'];
  readonly snapshot: ReplacedNote['snapshot'];
}

/**
 * Puts a state within the state folder into service, and keeps what was: by one decision, behind which there is no half. Nothing has the
 * stores open; of the docker profile both stacks are taken down, and the one that comes gets the ports of the one that goes.
 * @throws TrainyardError RESTORE_DISK_MOUNTED; what was served is in its place then
 */
export async function replaceState(
  parts: AsideParts,
  { from, settings, by, snapshot }: Incoming,
): Promise<void> {
  const { home, profile } = parts;
  const to = newInnerName('previous');
  await makeInner(home, to);
  if (profile === 'docker') {
    await using leaving = stackOf(home, parts);
    await using entering = stackOf(path.join(home, from), parts);
    const ports = await leaving.stack.retire(() => {});
    await entering.stack.retire(() => {}, ports ?? undefined);
  }
  {
    using _held = await new StackFolder(home).lock(() => {});
    const note = {
      version: 1,
      at: new Date().toISOString(),
      by,
      snapshot,
      settings: { ...keptSettings(parts.settings), [imagesName]: stackImages(parts.settings) },
    } as const;
    const images = parts.images && { [imagesName]: parts.images };
    decideSwitch(home, { from, to, settings: { ...settings, ...images } }, note);
  }
  await finishSwitch(home, parts.settings);
  await sweepStates(parts);
}

/**
 * Goes through with a switch that was decided, wherever a kill stopped it; nothing where none was. Before anything of the state folder is
 * opened.
 */
export async function finishSwitch(home: string, settings: SettingsStore): Promise<void> {
  const decision = readDecision(home);
  if (!decision) return;
  {
    using _held = await new StackFolder(home).lock(() => {});
    finishMoves(home);
  }
  for (const name of settingNames) {
    const value = decision.settings[name];
    if (value === undefined) settings.remove(name);
    else settings.set(name, value);
  }
  // Decisions of earlier versions do not have it: the images stay as they are chosen then.
  if (decision.settings[imagesName] !== undefined) settings.set(imagesName, decision.settings[imagesName]);
  endSwitch(home, decision);
}

/** The state that the last switch took out of service. */
export interface Previous {
  readonly name: string;
  readonly note: ReplacedNote;
}

/** Null where none is kept. */
export function previousState(home: string): Previous | null {
  const name = keptPrevious(home);
  if (name === null || !innerNames(home, 'previous').includes(name)) return null;
  const note = readReplacedNote(path.join(home, name));
  return note && { name, note };
}

/** Brings back what the last restore took out of service; what is served now is kept in its place. @throws TrainyardError RESTORE_NOTHING_TO_REVERT */
export async function revertState(parts: AsideParts): Promise<void> {
  const previous = previousState(parts.home);
  if (!previous) throw fault('RESTORE_NOTHING_TO_REVERT', {});
  const { name, note } = previous;
  const by = note.by === 'restore' ? 'revert' : 'restore';
  await replaceState(parts, { from: name, settings: note.settings, by, snapshot: note.snapshot });
}

/** Removes what the last restore took out of service. @throws TrainyardError RESTORE_NOTHING_TO_REVERT */
export async function discardPrevious(parts: AsideParts): Promise<void> {
  const previous = previousState(parts.home);
  if (!previous) throw fault('RESTORE_NOTHING_TO_REVERT', {});
  // First, and with nothing awaited: no revert that begins from here on, or after a kill, finds one that is half gone.
  forgetPrevious(parts.home);
  await removeState(path.join(parts.home, previous.name), parts);
}
