import { z } from 'zod';
import { fault } from '../../shared/errors/catalogue.ts';
import { type ServiceName, serviceNames } from '../../shared/model/stack.ts';
import { readSetting, type SettingsStore } from '../stores/settings/settings-store.ts';

/** What the setting is called that names them. */
export const imagesName = 'stackImages';

/** References of images that were chosen, by service. */
export type Images = Readonly<Partial<Record<ServiceName, string>>>;

/** Whether a text may be a reference to an image, by tag or digest. */
export const isImageReference = (text: string) => /^[a-z0-9][a-z0-9._/:@-]{0,400}$/i.test(text);

/** The images that were chosen for this state folder's stack instead of the template's. */
export function stackImages(settings: SettingsStore): Images {
  return readSetting(settings, imagesName, z.partialRecord(z.enum(serviceNames), z.string())) ?? {};
}

/**
 * The images with other choices among them, each as `service=reference`; an empty reference goes back to the template's.
 * @throws TrainyardError STACK_IMAGE_INVALID
 */
export function withChoices(before: Images, choices: readonly string[]): Images {
  const images: Partial<Record<ServiceName, string>> = { ...before };
  for (const choice of choices) {
    const [, name, reference = ''] = /^([a-z0-9]+)=(.*)$/.exec(choice) ?? [];
    const service = serviceNames.find((one) => one === name);
    if (!service || (reference !== '' && !isImageReference(reference))) {
      const names = { choice: choice.slice(0, 100), services: serviceNames.join(', ') };
      throw fault('STACK_IMAGE_INVALID', names);
    }
    if (reference === '') delete images[service];
    else images[service] = reference;
  }
  return images;
}

/** Chooses images for later starts, in place of all that were. */
export const saveImages = (settings: SettingsStore, images: Images) => settings.set(imagesName, images);

/** Chooses other images for later starts, as `withChoices` takes them. @throws TrainyardError STACK_IMAGE_INVALID */
export const chooseImages = (settings: SettingsStore, choices: readonly string[]) =>
  saveImages(settings, withChoices(stackImages(settings), choices));
