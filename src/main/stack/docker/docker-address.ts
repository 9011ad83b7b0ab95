import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Bilingual } from '../../../shared/errors/entry.ts';

/** Where Docker may be. */
export interface DockerAddress {
  /** `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://host:2376`, or whatever was written there. */
  readonly url: string;
  /** Who says so: `DOCKER_HOST`, `context NAME`, or `default`. */
  readonly source: string;
  /** A context that nothing is known of: who names it, and the command that names none. */
  readonly unknownContext?: { readonly namedBy: Bilingual; readonly command: string };
  /** Folder with ca.pem, cert.pem and key.pem; null without TLS. */
  readonly certificates: string | null;
}

const configSchema = z.object({ currentContext: z.string().optional() });
const metaSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

function readJson(file: string): unknown {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The docker program goes on with its defaults where its configuration cannot be read, and so does this.
    return null;
  }
}

function fromContext(name: string, folder: string, variable: string | undefined): DockerAddress {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = metaSchema.safeParse(readJson(path.join(folder, 'contexts', 'meta', id, 'meta.json')));
  const certificates = path.join(folder, 'contexts', 'tls', id, 'docker');
  return {
    url: meta.success ? meta.data.Endpoints.docker.Host : '',
    source: `context ${name}`,
    certificates: existsSync(certificates) ? certificates : null,
    ...(meta.success
      ? {}
      : {
          unknownContext: variable
            ? {
                namedBy: { en: `DOCKER_CONTEXT is "${name}"`, ko: `DOCKER_CONTEXT에 적힌 "${name}"` },
                command: 'unset DOCKER_CONTEXT',
              }
            : {
                namedBy: {
                  en: `${path.join(folder, 'config.json')} names the context "${name}"`,
                  ko: `${path.join(folder, 'config.json')}에 적힌 "${name}"`,
                },
                command: 'docker context use default',
              },
        }),
  };
}

function defaults(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string[] {
  if (platform === 'win32') {
    return ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/dockerDesktopLinuxEngine'];
  }
  const inHome = (...parts: string[]) => path.posix.join(home, ...parts);
  const runtime = environment.XDG_RUNTIME_DIR;
  const sockets =
    platform === 'darwin'
      ? [
          '/var/run/docker.sock',
          inHome('.docker', 'run', 'docker.sock'),
          inHome('.orbstack', 'run', 'docker.sock'),
          inHome('.colima', 'default', 'docker.sock'),
        ]
      : [
          '/var/run/docker.sock',
          ...(runtime ? [path.posix.join(runtime, 'docker.sock')] : []),
          inHome('.docker', 'desktop', 'docker.sock'),
        ];
  return sockets.map((socket) => `unix://${socket}`);
}

/**
 * Where to look for Docker, first things first: `DOCKER_HOST`, else the current context (`DOCKER_CONTEXT`, or `docker context use`),
 * as the docker program does; else the usual sockets: the system's, a rootless one, Docker Desktop's.
 */
export function dockerAddresses(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): readonly DockerAddress[] {
  const { DOCKER_HOST, DOCKER_CONTEXT, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment;
  const home = environment.HOME ?? homedir();
  const folder = environment.DOCKER_CONFIG ?? path.join(home, '.docker');
  if (DOCKER_HOST) {
    const certificates = DOCKER_TLS_VERIFY ? (DOCKER_CERT_PATH ?? folder) : null;
    return [{ url: DOCKER_HOST, source: 'DOCKER_HOST', certificates }];
  }
  const config = configSchema.safeParse(readJson(path.join(folder, 'config.json')));
  const context = DOCKER_CONTEXT || (config.success ? config.data.currentContext : undefined);
  if (context && context !== 'default') return [fromContext(context, folder, DOCKER_CONTEXT)];
  return defaults(environment, platform, home).map((url) => ({ url, source: 'default', certificates: null }));
}
