import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { runProgram } from '../../../platform/run-program.ts';
import type { Observation } from '../findings.ts';
import { installCommand } from './programs.ts';

const timeoutMs = 4_000;
/** The oldest whose handling of secrets, `--wait` and `depends_on` is as the stack's file wants it. */
const leastMinor = 20;

/** Ubuntu has a package of its own, Docker's repository another. */
const install = {
  ubuntu: 'sudo apt-get install -y docker-compose-v2',
  debian: 'sudo apt-get install -y docker-compose-plugin',
};

function pluginFile(environment: NodeJS.ProcessEnv): string | null {
  const own = environment.DOCKER_CONFIG ?? path.join(environment.HOME ?? homedir(), '.docker');
  const folders = [
    path.join(own, 'cli-plugins'),
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ];
  const files = folders.map((folder) => path.join(folder, 'docker-compose'));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Runs the Compose plugin as far as its version. */
export async function checkCompose(environment: NodeJS.ProcessEnv): Promise<Observation[]> {
  const answer = await runProgram('docker', ['compose', 'version'], {
    environment: childEnvironment('docker', environment),
    timeoutMs,
  });
  if (answer.outcome === 'absent')
    return [{ code: 'DOCKER_PROGRAM_MISSING', evidence: `PATH=${environment.PATH ?? ''}` }];
  const plugin = pluginFile(environment);
  if (answer.outcome === 'hangs')
    return [{ code: 'COMPOSE_BROKEN', evidence: `${plugin ?? 'docker compose version'}: > ${timeoutMs} ms` }];
  const words = answer.output.replace(/\s+/g, ' ').slice(0, 300);
  const version = /\bv?(\d+)\.(\d+)\.\d+\S*/.exec(answer.output);
  if (answer.exitCode !== 0 || !version) {
    if (plugin) return [{ code: 'COMPOSE_BROKEN', evidence: `${plugin}: ${words}` }];
    return [{ code: 'COMPOSE_MISSING', evidence: words, command: installCommand(install) }];
  }
  const [found, major, minor] = version;
  const isEnough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= leastMinor);
  return [{ code: isEnough ? 'COMPOSE_OK' : 'COMPOSE_TOO_OLD', evidence: found }];
}
