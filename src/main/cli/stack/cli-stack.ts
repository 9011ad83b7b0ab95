import { type Profile, type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { chosenProfile } from '../../engine/profile.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { chooseImages, stackImages } from '../../stack/stack-images.ts';
import { type LocalStack, openLocalStack } from '../../stack/verbs/open-stack.ts';
import { openSettings } from '../../stores/settings/settings-store.ts';
import { readName } from '../lib/failure.ts';

/**
 * Opens the stack of the state folder in this process.
 * @param profile the profile that its status reports, instead of the chosen one
 * @param images saved first, each `service=reference`
 */
export function openStack(profile?: Profile, images: readonly string[] = []): LocalStack {
  const home = openHome(homeFolder());
  const settings = openSettings(home);
  if (images.length > 0) chooseImages(settings, images);
  return openLocalStack({
    home,
    environment: process.env,
    profile: () => chosenProfile(settings, profile),
    images: stackImages(settings),
    log: { info: () => {} },
  });
}

/** The services that the person named. @throws TrainyardError USAGE */
export function readServices(words: readonly string[]): readonly ServiceName[] {
  return words.map((word) => readName(serviceNames, word, { en: 'service', ko: '서비스' }));
}
