import { execFile, execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DoctorOptions } from '../../../../src/main/features/doctor/checks/create-doctor.ts';
import type { FindingCode } from '../../../../src/main/features/doctor/findings.ts';
import type { StoreEndpoints } from '../../../../src/main/platform/endpoints.ts';
import { stackRecordSchema } from '../../../../src/main/stack/record.ts';
import type { Finding } from '../../../../src/shared/contract/system.ts';
import type { Profile } from '../../../../src/shared/model/stack.ts';

const run = promisify(execFile);
const program = path.join(import.meta.dirname, 'examine.ts');

/** A fault that is made on purpose, and the code that tells it. */
export interface Fault {
  readonly code: FindingCode;
  readonly what: string;
  /** Why it cannot be made here; null where it can. */
  readonly impossible: string | null;
  /** Makes the fault and examines the machine; what it made goes with the machine. */
  provoke(machine: Machine): Promise<Finding[]>;
}

function whyNot(command: string, args: readonly string[], reason: string): string | null {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 10_000 });
    return null;
  } catch {
    return reason;
  }
}

/** Why no file systems can be mounted for one process alone; null where they can. */
export const withoutMounts = whyNot(
  'unshare',
  ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1M none /mnt'],
  'mounting needs root and unshare',
);

const nobody = 65_534;

/** Why the doctor cannot be run by another account; null where it can. */
export const withoutOtherAccount = whyNot(
  'setpriv',
  [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath, '--check', program],
  'another account needs root, setpriv, and a checkout that it may read',
);

interface Circumstances {
  /** Without: docker. */
  readonly profile?: Profile;
  /** The servers of the profile external. */
  readonly servers?: StoreEndpoints;
  readonly parts?: Partial<Omit<DoctorOptions, 'profile' | 'database' | 'servers'>>;
  readonly environment?: NodeJS.ProcessEnv;
  /** Shell commands that mount for the doctor alone. */
  readonly mounts?: string;
  readonly otherAccount?: boolean;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** This machine with something wrong. */
export class Machine implements AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  private readonly undoing: (() => Promise<unknown>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.home = path.join(folder, 'home');
  }

  static async make(): Promise<Machine> {
    const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-fault-'));
    await chmod(folder, 0o755);
    const machine = new Machine(folder);
    await mkdir(machine.home, { mode: 0o700 });
    return machine;
  }

  /** What is to be undone when the fault was seen. */
  afterwards(undo: () => Promise<unknown>): void {
    this.undoing.unshift(undo);
  }

  async file(name: string, content: string, mode = 0o644): Promise<string> {
    const file = path.join(this.folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
    return file;
  }

  /** A program of this name, and what PATH must be for it to be found first. */
  async program(name: string, script: string): Promise<{ PATH: string }> {
    const file = await this.file(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    return { PATH: `${path.dirname(file)}:${process.env.PATH}` };
  }

  /** The notes of a stack that was started from this state folder; ports that are not given are free ones. */
  async stack(given: { readonly postgres?: number; readonly redis?: number }): Promise<{ id: string }> {
    const id = randomUUID();
    const [postgres, mongo, redis, s3, s3Console, temporal, temporalUi] = await freePorts(7);
    const notes = {
      version: 1,
      id,
      name: `trainyard-${id.slice(0, 8)}`,
      ports: {
        postgres: { main: given.postgres ?? postgres },
        mongo: { main: mongo },
        redis: { main: given.redis ?? redis },
        s3: { main: s3, console: s3Console },
        temporal: { main: temporal, ui: temporalUi },
      },
      images: {},
      memoryBytes: null,
      started: true,
      stopping: [],
      removal: null,
      recovery: null,
    };
    await this.file('home/stack/stack.json', JSON.stringify(stackRecordSchema.parse(notes)), 0o600);
    return { id };
  }

  /** An HTTP server at a socket that gives these answers by path, and 404 to everything else. */
  async daemon(answers: Readonly<Record<string, object | null>>): Promise<{ DOCKER_HOST: string }> {
    const socket = path.join(this.folder, `${randomBytes(4).toString('hex')}.sock`);
    const server = createServer((request, response) => {
      const answer = { '/containers/json': [], ...answers }[(request.url ?? '').split('?')[0] ?? ''];
      // Null: the question is heard and never answered.
      if (answer === null) return;
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { message: 'page not found' }));
    });
    await this.serve(server, socket);
    return { DOCKER_HOST: `unix://${socket}` };
  }

  async serve(server: Server, place: string | number): Promise<void> {
    await new Promise<void>((resolve) =>
      typeof place === 'string' ? server.listen(place, resolve) : server.listen(place, '127.0.0.1', resolve),
    );
    this.afterwards(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  /** Runs the whole doctor in a process of its own, under a limit of ten seconds. */
  async examine({
    profile,
    servers,
    parts,
    environment,
    mounts,
    otherAccount,
  }: Circumstances): Promise<Finding[]> {
    if (otherAccount) await chown(this.home, nobody, nobody);
    const account = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    // Set for the doctor alone: the programs before it are found by our own PATH.
    const variables = Object.entries(environment ?? {}).flatMap(([name, value]) =>
      value === undefined ? ['-u', name] : [`${name}=${value}`],
    );
    const unset = variables.filter((word, index) => word === '-u' || variables[index - 1] === '-u');
    const set = variables.filter((word) => !unset.includes(word));
    const words = [
      ...(mounts ? ['unshare', '-m', 'sh', '-ec', `${mounts}\nexec "$@"`, 'sh'] : []),
      ...(otherAccount ? ['setpriv', ...account] : []),
      ...[
        'env',
        ...unset,
        ...set,
        process.execPath,
        program,
        JSON.stringify({ home: this.home, profile, servers, ...parts }),
      ],
    ];
    const [command = '', ...args] = words;
    const began = Date.now();
    const { stdout } = await run(command, args, { timeout: 30_000 });
    const milliseconds = Date.now() - began;
    if (milliseconds > 10_000) throw new Error(`the doctor took ${milliseconds} ms`);
    const report: { findings: Finding[] } = JSON.parse(stdout);
    return report.findings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const undo of this.undoing) await undo();
    await rm(this.folder, { recursive: true, force: true });
  }
}
