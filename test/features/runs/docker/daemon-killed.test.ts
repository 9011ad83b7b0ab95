import { createServer } from 'node:http';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { superviseContainer } from '../../../../src/main/features/runs/supervisor/container.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

test.skipIf(process.platform === 'win32')(
  'how a container ended is learnt though the daemon was killed while it was asked to tell',
  async () => {
    await using place = await temporaryFolder();
    const socket = path.join(place.folder, 'docker.sock');
    let isRunning = true;
    const daemon = createServer((request, response) => {
      const url = request.url ?? '';
      if (url.endsWith('/wait')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
        setTimeout(() => {
          isRunning = false;
          response.destroy();
        }, 100);
      } else
        response.writeHead(200).end(
          JSON.stringify({
            Image: 'i1',
            State: {
              ...{ Status: isRunning ? 'running' : 'exited', Running: isRunning, Restarting: false },
              ...{ Pid: 7, ExitCode: isRunning ? 0 : 3, OOMKilled: false },
            },
          }),
        );
    });
    await new Promise<void>((resolve) => daemon.listen(socket, resolve));
    vi.stubEnv('DOCKER_HOST', `unix://${socket}`);
    try {
      const { ended } = await superviseContainer(place.folder, 'c1', { isAdopted: true, outputs: [] });
      expect(await ended).toEqual({ exitCode: 3, signal: null });
    } finally {
      vi.unstubAllEnvs();
      daemon.close();
    }
  },
  20_000,
);
