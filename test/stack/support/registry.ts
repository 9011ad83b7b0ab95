import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { docker } from './stack.ts';

interface Blob {
  readonly file: string;
  readonly size: number;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/**
 * A registry on this machine that serves one local image, as the Docker Engine pulls it (registry API 2, image manifest 2.2).
 * Docker takes one on 127.0.0.0/8 without encryption.
 * @param folder for the image's files
 */
export async function serveImage(
  image: string,
  folder: string,
): Promise<{ readonly reference: string; readonly digest: string; stop(): Promise<void> }> {
  const archive = path.join(folder, 'image.tar');
  await docker('save', '-o', archive, image);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  const [saved] = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as {
    Config: string;
    Layers: string[];
  }[];
  const blobs = new Map<string, Blob>();
  const add = async (name: string) => {
    const file = path.join(folder, name);
    const digest = await digestOf(file);
    const { size } = await stat(file);
    blobs.set(digest, { file, size });
    return { digest, size };
  };
  const config = await add(saved?.Config ?? '');
  const layers = [];
  for (const layer of saved?.Layers ?? []) layers.push(await add(layer));
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...config },
    layers: layers.map((layer) => ({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      ...layer,
    })),
  });
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (url === '/v2/') return void response.end('{}');
    if (url.includes('/manifests/')) {
      response.writeHead(200, {
        'content-type': type,
        'docker-content-digest': digest,
        'content-length': Buffer.byteLength(manifest),
      });
      return void response.end(request.method === 'HEAD' ? '' : manifest);
    }
    const blob = blobs.get(url.split('/').at(-1) ?? '');
    if (!blob) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'content-length': blob.size, 'content-type': 'application/octet-stream' });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(blob.file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    reference: `127.0.0.1:${port}/trainyard-test/redis:8`,
    digest,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
