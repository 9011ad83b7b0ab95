import { buffer, text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import type { VolumeAccess } from '../docker-objects.ts';
import { stackLabels } from '../labels.ts';
import { statusOf } from './docker-fault.ts';

/** Where the volume is in the container that reaches into it. */
const folder = '/recovery';

/**
 * Works in a volume by a container that is made, never started, and removed: the daemon's archive calls reach its volumes, and need
 * its administrator's rights. One that a kill left carries the stack's label, and goes with the next verb.
 */
async function within<Result>(
  docker: Docker,
  { volume, labels, image }: VolumeAccess,
  work: (container: Docker.Container) => Promise<Result>,
): Promise<Result> {
  const container = await docker.createContainer({
    Image: image,
    // It needs one to be made, and never runs it.
    Entrypoint: ['/recovery'],
    Labels: { ...labels, [stackLabels.role]: 'recovery' },
    NetworkDisabled: true,
    HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: folder, ReadOnly: false }] },
  });
  try {
    return await work(container);
  } finally {
    // With the volumes without a name that its image declares; the one that it reaches into has a name.
    await container.remove({ force: true, v: true });
  }
}

/** Puts a file, root's and closed to others, into a volume, which is made where it is not there. */
export async function writeVolumeFile(
  docker: Docker,
  access: VolumeAccess,
  name: string,
  content: string,
): Promise<void> {
  await docker.createVolume({
    Name: access.volume,
    Labels: { ...access.labels, [stackLabels.role]: 'recovery' },
  });
  const archive = pack();
  archive.entry({ name, mode: 0o600, uid: 0, gid: 0 }, content);
  archive.finalize();
  const bytes = await buffer(archive);
  await within(docker, access, async (container) => {
    await container.putArchive(bytes, { path: folder });
  });
}

/** The texts in a volume by file name; null if there is no such volume. */
export async function readVolumeFiles(
  docker: Docker,
  access: VolumeAccess,
): Promise<ReadonlyMap<string, string> | null> {
  try {
    await docker.getVolume(access.volume).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
  return within(docker, access, async (container) => {
    const stream = await container.getArchive({ path: folder });
    const files = new Map<string, string>();
    const entries = extract();
    stream.on('error', (error) => entries.destroy(error));
    stream.pipe(entries);
    for await (const entry of entries) {
      const content = await text(entry);
      if (entry.header.type === 'file') files.set(entry.header.name.split('/').at(-1) ?? '', content);
    }
    return files;
  });
}
