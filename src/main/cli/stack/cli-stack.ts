import { type Profile, type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { LocalStack } from '../../stack/verbs/open-stack.ts';
import { readName } from '../lib/failure.ts';

/**
 * Opens the stack of the state folder in this process. What that takes is loaded here: a command that the engine does for us needs none of it.
 * @param profile the profile that its status reports, instead of the chosen one
 * @param images saved first, each `service=reference`
 */
export async function openStack(profile?: Profile, images: readonly string[] = []): Promise<LocalStack> {
  const [{ chosenProfile }, { chooseImages, stackImages }, { openLocalStack }, { openSettings }] =
    await Promise.all([
      import('../../engine/profile.ts'),
      import('../../stack/stack-images.ts'),
      import('../../stack/verbs/open-stack.ts'),
      import('../../stores/settings/settings-store.ts'),
    ]);
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
