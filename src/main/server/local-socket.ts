import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * Listens at a Unix socket that only this user can connect to, in place of whatever lies there.
 * @param file absolute, of at most `longestSocketPath` bytes, in a folder that is closed to others
 */
export function listenAtSocket(file: string, taken: (socket: Socket) => void): Promise<Server> {
  rmSync(file, { force: true });
  const server = createServer(taken);
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    // The file is made within the call. Its mode decides who may connect, from its first moment.
    const mask = process.umask(0o177);
    try {
      server.listen(file, () => {
        server.off('error', reject);
        // A connection that could not be taken is its client's trouble; the others are served.
        server.on('error', () => {});
        resolve(server);
      });
    } finally {
      process.umask(mask);
    }
  });
}
