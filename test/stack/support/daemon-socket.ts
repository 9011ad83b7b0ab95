import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { chosenAddress, openSocket } from '../../../src/main/stack/docker/address.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A socket in front of the Docker Engine's own, which can be taken away for a while as a daemon that is restarted takes it. */
export async function daemonSocket() {
  const place = await temporaryFolder();
  const socket = path.join(place.folder, 'docker.sock');
  const address = chosenAddress(process.env);
  const open = new Set<Socket>();
  const serve = async () => {
    const server = createServer((client) => {
      const daemon = openSocket(address) as Socket;
      for (const [one, other] of [
        [client, daemon],
        [daemon, client],
      ] as const) {
        open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          open.delete(one);
          other.destroy();
        });
      }
    });
    server.listen(socket);
    await once(server, 'listening');
    return server;
  };
  let server = await serve();
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const each of open) each.destroy();
    await closed;
  };
  return {
    url: `unix://${socket}`,
    /** Of the Engine's own. */
    direct: address.url,
    /** Takes it away until what is answered is disposed of. */
    away: async (): Promise<AsyncDisposable> => {
      await close();
      return {
        [Symbol.asyncDispose]: async () => {
          server = await serve();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await place[Symbol.asyncDispose]();
    },
  };
}
