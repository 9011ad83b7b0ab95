import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { connectDocker } from '../../../src/main/stack/docker/client.ts';
import { readVolumeFiles, writeVolumeFile } from '../../../src/main/stack/docker/volume-files.ts';
import { serverImages, withoutServer } from '../../support/servers.ts';

const reason = withoutServer('mongo');
if (reason) console.info(`skipped: files in a volume, ${reason}`);

test.skipIf(reason)(
  'reaching into a volume leaves that volume alone, and none of those that the image declares',
  async () => {
    const { docker } = connectDocker(process.env);
    const mounted: string[] = [];
    const watched = Object.create(docker) as Docker;
    watched.createContainer = async (options: Docker.ContainerCreateOptions) => {
      const container = await docker.createContainer(options);
      const { Mounts } = await container.inspect();
      mounted.push(...Mounts.flatMap(({ Name }) => Name ?? []));
      return container;
    };
    const volume = `trainyard-test-files-${randomBytes(4).toString('hex')}`;
    const access = { volume, labels: { 'io.trainyard.test': '1' }, image: serverImages.mongo };
    try {
      await writeVolumeFile(watched, access, 'note.json', '{"a":1}');
      expect(await readVolumeFiles(watched, access)).toEqual(new Map([['note.json', '{"a":1}']]));
      const others = mounted.filter((name) => name !== volume);
      expect(others).toHaveLength(4);
      for (const name of others)
        await expect(docker.getVolume(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
    } finally {
      await docker.getVolume(volume).remove();
    }
  },
);
