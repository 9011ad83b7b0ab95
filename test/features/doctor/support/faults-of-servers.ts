import { createServer } from 'node:net';
import type { StoreEndpoints } from '../../../../src/main/platform/endpoints.ts';
import { startServer } from '../../../support/servers.ts';
import type { Fault, Machine } from './faulty-machine.ts';

const only = (url: string): StoreEndpoints => ({
  postgres: { url, tls: null },
  mongo: null,
  redis: null,
  s3: null,
  temporal: null,
});

const examine = (machine: Machine, url: string) =>
  machine.examine({ profile: 'external', servers: only(url) });

/** @param withoutPostgres why no PostgreSQL can be run in a container; null where one can */
export function faultsOfServers(withoutPostgres: string | null): Fault[] {
  return [
    {
      code: 'ENDPOINT_UNREACHABLE',
      what: 'an external PostgreSQL that is not there',
      impossible: null,
      provoke: (machine) => examine(machine, 'postgres://me:secret@127.0.0.1:1/vision_platform'),
    },
    {
      code: 'ENDPOINT_SILENT',
      what: 'an external PostgreSQL that takes connections and never answers',
      impossible: null,
      provoke: async (machine) => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        machine.afterwards(async () => server.close());
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        return examine(machine, `postgres://me:secret@127.0.0.1:${port}/vision_platform`);
      },
    },
    {
      code: 'ENDPOINT_REFUSED_CREDENTIALS',
      what: 'an external PostgreSQL with another password',
      impossible: withoutPostgres,
      provoke: async (machine) => {
        await using server = await startServer('postgres');
        return await examine(machine, server.url.replace(server.password, 'secret'));
      },
    },
  ];
}
