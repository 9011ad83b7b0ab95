import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PostgresConnection } from '../../../src/main/postgres/embedded/embedded-postgres.ts';

const run = promisify(execFile);

/** A `pg_dump` of 17 or newer: a program of this machine, or a container's. */
export type Dump = { readonly program: string } | { readonly image: string };

async function majorOf(program: string): Promise<number> {
  const { stdout } = await run(program, ['--version']);
  return Number(/ (\d+)/.exec(stdout)?.[1]);
}

/** The newest `pg_dump` here, or why there is none. */
export async function findDump(): Promise<Dump | { readonly missing: string }> {
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((major) => path.join(debian, major, 'bin')) : []),
  ];
  for (const program of folders
    .map((folder) => path.join(folder, 'pg_dump'))
    .filter((file) => existsSync(file))) {
    if ((await majorOf(program)) >= 17) return { program };
  }
  const image = 'postgres:17';
  const found = await run('docker', ['image', 'inspect', image]).then(
    () => true,
    () => false,
  );
  return found ? { image } : { missing: 'no pg_dump of PostgreSQL 17 or newer, and no image postgres:17' };
}

/** What `pg_dump --schema-only` prints, less the token that it makes up each time. */
export async function dumpSchema(dump: Dump, connection: PostgresConnection): Promise<string> {
  const { host, port, user, password, database } = connection;
  const argv = ['--schema-only', '-h', host, '-p', String(port), '-U', user, database];
  const options = { env: { ...process.env, PGPASSWORD: password }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } =
    'program' in dump
      ? await run(dump.program, argv, options)
      : await run(
          'docker',
          [
            'run',
            '--rm',
            '-e',
            'PGPASSWORD',
            '-v',
            `${host}:${host}`,
            '--entrypoint',
            'pg_dump',
            dump.image,
            ...argv,
          ],
          options,
        );
  return stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
}
