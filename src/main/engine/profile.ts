import { fault } from '../../shared/errors/catalogue.ts';
import type { Parameter } from '../../shared/errors/entry.ts';
import { type Profile, profiles } from '../../shared/model/stack.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';

const profileKey = 'profile';

function check(value: string, source: Parameter): Profile {
  const found = profiles.find((one) => one === value);
  if (found) return found;
  throw fault('PROFILE_UNKNOWN', { source, profile: value, profiles: profiles.join(', ') });
}

/** What the state folder works with: the option, else `TRAINYARD_PROFILE`, else what was chosen, else embedded. @throws TrainyardError PROFILE_UNKNOWN */
export function chosenProfile(settings: SettingsStore, option?: Profile): Profile {
  if (option) return option;
  const fromEnvironment = process.env.TRAINYARD_PROFILE;
  if (fromEnvironment) return check(fromEnvironment, 'TRAINYARD_PROFILE');
  const chosen = settings.get(profileKey);
  return chosen === undefined
    ? 'embedded'
    : check(String(chosen), { en: 'The setting "profile"', ko: '"profile" 설정' });
}

/** Saves which profile the next start uses. */
export function chooseProfile(settings: SettingsStore, profile: Profile): void {
  settings.set(profileKey, profile);
}
