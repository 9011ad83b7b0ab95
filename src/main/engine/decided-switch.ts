import { innerNames } from '../platform/inner-states.ts';
import { isSwitchDecided, keptPrevious } from '../platform/state-switch.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';
import type { AsideParts } from './aside.ts';

/**
 * Goes through with a switch of the state folder's data that a kill or a fault stopped. Where none was decided, which is nearly always, it
 * loads nothing.
 */
export async function finishDecided(home: string, settings: SettingsStore): Promise<void> {
  if (!isSwitchDecided(home)) return;
  const { finishSwitch } = await import('./replace-state.ts');
  await finishSwitch(home, settings);
}

/** Removes what a kill left of a restore or a drill; where nothing was, which is nearly always, it loads nothing. */
export async function sweepLeft(parts: AsideParts): Promise<void> {
  const { home, log } = parts;
  try {
    const kept = keptPrevious(home);
    const left = [...innerNames(home, 'aside'), ...innerNames(home, 'previous')].filter(
      (name) => name !== kept,
    );
    if (left.length === 0) return;
    const { sweepStates } = await import('./aside.ts');
    await sweepStates(parts);
  } catch (error) {
    log.warn({ err: error }, 'what an earlier restore left could not be removed');
  }
}
