import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { within } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { dockerClient } from '../../../stack/docker/client.ts';
import { isGone } from '../../../stack/docker/docker-fault.ts';
import type { DockerEngine } from './docker.ts';

/** On every container of the doctor, so that one that was cut off is found again. */
const doctorLabel = 'io.trainyard.doctor';

/** What runs in a container of the doctor. */
export interface Throwaway {
  readonly image: string;
  /** For `sh`. */
  readonly script: string;
  /** Whether it may use the network; without, it has none. */
  readonly network?: boolean;
  readonly environment?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deviceRequests?: Docker.DeviceRequest[];
  /** Capabilities that it keeps; all others are taken from it. */
  readonly capabilities?: readonly string[];
  /** The root file system is its own to write. */
  readonly writable?: boolean;
}

/** After this the container ends by itself, whatever became of the doctor. */
const lifeSeconds = 5;
const timeoutMs = 5_500;
const mebibyte = 1024 ** 2;

function optionsOf(work: Throwaway): Docker.ContainerCreateOptions {
  return {
    Image: work.image,
    Labels: { [doctorLabel]: '1' },
    Entrypoint: ['timeout', '-s', 'KILL', String(lifeSeconds), 'sh', '-c'],
    Cmd: [work.script],
    User: '0:0',
    Env: [...(work.environment ?? [])],
    AttachStdout: true,
    AttachStderr: true,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: work.network ? 'bridge' : 'none',
      CapDrop: ['ALL'],
      CapAdd: [...(work.capabilities ?? [])],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: !work.writable,
      PidsLimit: 64,
      Memory: 512 * mebibyte,
      Binds: [...(work.volumes ?? [])],
      DeviceRequests: work.deviceRequests ?? [],
    },
  };
}

async function outputOf(docker: Docker, container: Docker.Container): Promise<string> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const printed = new PassThrough();
  const output = text(printed);
  docker.modem.demuxStream(stream, printed, printed);
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.on('error', reject);
  });
  try {
    await container.start();
    await ended;
  } finally {
    stream.removeAllListeners('error').on('error', () => undefined);
    printed.end();
  }
  return output;
}

/**
 * Runs a script in a container that goes with its end: it ends by itself even where the doctor was killed, and then Docker removes it.
 * @returns what it printed, standard error included
 * @throws what Docker says where it does not run it, TooLateError
 */
export async function runThrowaway(engine: DockerEngine, work: Throwaway): Promise<string> {
  const docker = dockerClient(engine.address, timeoutMs);
  let container: Docker.Container | undefined;
  const running = (async () => {
    container = await docker.createContainer(optionsOf(work));
    return outputOf(docker, container);
  })();
  try {
    return await within(timeoutMs, running);
  } catch (error) {
    await container?.remove({ force: true, v: true }).catch(whenGone);
    throw error;
  }
}

/** It goes by itself, too: somebody was first, or is at it. */
function whenGone(error: unknown): void {
  if (!isGone(error) && !hasCode(error, 'ECONNRESET')) throw error;
}

/** Older than any container of a doctor at work. */
const leftoverAfterSeconds = 60;

/** Removes containers of doctors that were cut off between making and starting them; answers their ids. */
export async function removeLeftovers(engine: DockerEngine, label = doctorLabel): Promise<string[]> {
  const now = Date.parse(engine.info.SystemTime) / 1000;
  const all = await engine.docker.listContainers({ all: true, filters: { label: [`${label}=1`] } });
  const old = all.filter(({ Created }) => now - Created > leftoverAfterSeconds);
  for (const { Id } of old) {
    await engine.docker.getContainer(Id).remove({ force: true, v: true }).catch(whenGone);
  }
  return old.map(({ Id }) => Id.slice(0, 12));
}
