import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withoutServer } from '../../support/servers.ts';
import { serveImage } from '../support/registry.ts';
import { docker, listener, makeStack, readStackJson, redis, stackFile, stackHome } from '../support/stack.ts';

const reason = withoutServer('redis');
if (reason) console.info(`skipped: pulling the stack's images, ${reason}`);

const only = ['redis'] as const;
const onProgress = () => undefined;

test.skipIf(reason)(
  'an image is pulled layer by layer, pinned by its digest, and needs no registry afterwards',
  async () => {
    await using state = await stackHome();
    const { home } = state;
    const files = path.join(path.dirname(home), 'image');
    await mkdir(files);
    // The same content under a new id: the daemon would find the layers of the original here already.
    const source = `trainyard-pull-source-${process.pid}`;
    await docker('create', '--name', source, 'redis:8');
    const flat = path.join(files, 'flat.tar');
    await docker('export', '-o', flat, source);
    await docker('rm', source);
    await docker(
      'import',
      ...[
        'VOLUME /data',
        'WORKDIR /data',
        'ENTRYPOINT ["docker-entrypoint.sh"]',
        `LABEL test=${process.pid}`,
      ].flatMap((change) => ['-c', change]),
      flat,
      `${source}:1`,
    );
    const registry = await serveImage(`${source}:1`, files);
    await docker('rmi', `${source}:1`);
    const pinned = `${registry.reference.replace(/:8$/, '')}@${registry.digest}`;
    const environment = { ...process.env, TRAINYARD_REDIS_IMAGE: registry.reference };
    try {
      const heard = listener();
      const stack = makeStack(home, { environment });
      await stack.up({ services: only, onProgress: heard.onProgress });
      const pulls = heard.changes.flatMap((one) => (one.type === 'pull' ? [one] : []));
      expect(pulls.length).toBeGreaterThan(2);
      const last = pulls.at(-1);
      expect(last).toMatchObject({ service: 'redis', image: registry.reference, layers: 1, layersDone: 1 });
      expect(last?.bytesDone).toBe(last?.bytesTotal);
      expect(last?.bytesTotal).toBeGreaterThan(1_000_000);
      expect(pulls.some(({ bytesPerSecond }) => bytesPerSecond > 0)).toBe(true);
      for (const [index, pull] of pulls.entries())
        expect(pull.bytesDone).toBeGreaterThanOrEqual(pulls[index - 1]?.bytesDone ?? 0);

      expect(readStackJson(home).images.redis).toMatchObject({ reference: registry.reference, pinned });
      expect(await readFile(stackFile(home, 'compose.yaml'), 'utf8')).toContain(`image: ${pinned}`);
      await redis(home, 'set', 'marker', 'kept');

      // The network is gone, and so is the container; the tag means something else now.
      await registry.stop();
      await docker('tag', 'redis:8', registry.reference);
      await docker('rm', '-f', '-v', `${readStackJson(home).name}-redis-1`);
      const again = await makeStack(home, { environment }).up({ services: only, onProgress });
      const { imageDigest } = again.services.find(({ name }) => name === 'redis') ?? {};
      expect(imageDigest).toBe(readStackJson(home).images.redis?.id);
      expect(imageDigest).not.toBe((await docker('image', 'inspect', '-f', '{{.Id}}', 'redis:8')).trim());
      expect(await redis(home, 'get', 'marker')).toBe('kept');
      await stack.destroy({ name: readStackJson(home).name, services: [], onProgress });
    } finally {
      await registry.stop();
      await docker('rmi', '-f', registry.reference, pinned).catch(() => undefined);
    }
  },
);
