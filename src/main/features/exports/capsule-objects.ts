import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bucket, ObjectStore } from '../../stores/objects/ports.ts';
import {
  annotationsKey,
  blobKey,
  manifestKey,
  parseManifest,
  sizesKey,
  timesKey,
} from '../datasets/manifest.ts';
import type { ProjectFacts } from './capsule-queries.ts';

export interface NamedObject {
  readonly bucket: Bucket;
  readonly key: string;
}

/** The objects that a project's rows name, each once: images by their manifests, artifacts, weights. Some may be gone. */
export async function* objectsOfProject(
  store: Pick<ObjectStore, 'get' | 'head'>,
  { versions, artifacts, weights }: ProjectFacts,
): AsyncGenerator<NamedObject> {
  const blobs = new Set<string>();
  for (const { dataset, version, isInPlace, manifestSha256 } of versions) {
    const manifest = manifestKey(dataset, version);
    yield { bucket: 'datasets', key: manifest };
    for (const key of [
      annotationsKey(dataset, version),
      timesKey(dataset, version),
      sizesKey(dataset, version),
    ])
      if (await store.head('datasets', key)) yield { bucket: 'datasets', key };
    if (isInPlace || !(await store.head('datasets', manifest))) continue;
    for (const { sha256 } of await parseManifest(await store.get('datasets', manifest), manifestSha256)) {
      if (blobs.has(sha256)) continue;
      blobs.add(sha256);
      yield { bucket: 'datasets', key: blobKey(sha256) };
    }
  }
  for (const key of artifacts) yield { bucket: 'artifacts', key };
  for (const key of weights) yield { bucket: 'models', key };
}

/** Whether a capsule may bring an object: one that is named by its content has that content. @throws TrainyardError CAPSULE_DAMAGED */
export function checkCapsuleObject({ bucket, key }: NamedObject, sha256: string): void {
  const isBlob = bucket === 'datasets' && key.startsWith('blobs/');
  if (isBlob && key !== blobKey(sha256))
    throw fault('CAPSULE_DAMAGED', {
      file: `objects/${bucket}/${key}`,
      reason: { en: 'its content is not what its name says', ko: '내용이 이름과 다릅니다' },
    });
}
