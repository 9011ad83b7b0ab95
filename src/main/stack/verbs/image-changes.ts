import { fault } from '../../../shared/errors/catalogue.ts';
import { type ServiceName, serviceNames } from '../../../shared/model/stack.ts';
import { titles } from '../causes.ts';
import { dataVersion, isUnreadable } from '../image-versions.ts';
import { byService } from '../plan.ts';
import type { PinnedImage, StackRecord } from '../record.ts';
import type { StackContext } from './context.ts';

type Images = Readonly<Record<ServiceName, string>>;

/** An image and what its server writes its data as. */
interface ImageFacts {
  readonly reference: string;
  /** By digest, or of one that was built here its id; null where it is not here yet. */
  readonly digest: string | null;
  readonly version: string | null;
}

/** A service that is to run another image than it was last served by. */
export interface ImageChange {
  readonly service: ServiceName;
  readonly from: ImageFacts;
  readonly to: ImageFacts;
  /** Its data cannot stay in its volume. */
  readonly moves: boolean;
}

/** What a stack runs: what was chosen, but for what it is not to. */
export function imagesToRun({ keeps, images }: StackRecord, chosen: Images): Images {
  return byService((name) => {
    const own = keeps?.[name] === chosen[name] ? images[name]?.reference : undefined;
    return own ?? chosen[name];
  });
}

async function versionOf(
  { daemon }: StackContext,
  service: ServiceName,
  image: PinnedImage,
): Promise<string | null> {
  return image.version ?? dataVersion(service, image.reference, await daemon.image(image.id));
}

/** Which images were chosen, or brought by this version of the product, that the stack was not served by last. Changes nothing. */
export async function imageChanges(context: StackContext, record: StackRecord): Promise<ImageChange[]> {
  const { daemon, images: chosen } = context;
  const changes = await Promise.all(
    serviceNames.map(async (service): Promise<ImageChange | null> => {
      const last = record.images[service];
      if (!last) return null;
      const reference = chosen[service];
      if (last.reference === reference && last.pinned !== null) return null;
      const image = await daemon.image(reference);
      if (last.reference === reference && (image === null || image.id === last.id)) return null;
      const from = {
        reference: last.reference,
        digest: last.pinned ?? last.id,
        version: await versionOf(context, service, last),
      };
      const to = {
        reference,
        digest: image && (image.digests[0] ?? image.id),
        version: dataVersion(service, reference, image),
      };
      return { service, from, to, moves: isUnreadable(service, from.version, to.version) };
    }),
  );
  return changes.filter((change) => change !== null);
}

/** Before an image is given a volume that its server cannot read. @throws TrainyardError UPGRADE_NEEDED */
export async function refuseUnreadable(
  context: StackContext,
  { id, name, images: known }: StackRecord,
  images: readonly (readonly [ServiceName, PinnedImage])[],
): Promise<void> {
  for (const [service, image] of images) {
    const last = known[service];
    if (!last || last.id === image.id) continue;
    const [from, to] = await Promise.all([versionOf(context, service, last), image.version ?? null]);
    if (!isUnreadable(service, from, to)) continue;
    const volumes = await context.daemon.names('volume', id);
    if (!context.volumes[service].some((volume) => volumes.includes(`${name}_${volume}`))) continue;
    throw fault('UPGRADE_NEEDED', {
      service: titles[service],
      from: from ?? '',
      to: to ?? '',
      image: image.reference,
    });
  }
}

/**
 * What a stack's record has to say for it to keep the images that it has, whatever was chosen and whatever their names come to mean; null where
 * it has those that were chosen.
 */
export async function keptImages(
  context: StackContext,
  record: StackRecord,
): Promise<Pick<StackRecord, 'images' | 'keeps'> | null> {
  const changes = await imageChanges(context, record);
  if (changes.length === 0) return null;
  const images = { ...record.images };
  const keeps: Partial<Record<ServiceName, string>> = {};
  for (const { service, to } of changes) {
    keeps[service] = to.reference;
    const own = images[service];
    if (!own || own.pinned !== null) continue;
    // One that was built here has no name but its tag, which may be another image's by now.
    if ((await context.daemon.image(own.reference))?.id !== own.id)
      images[service] = { ...own, reference: own.id };
  }
  return { images, keeps };
}
