import { availableParallelism } from 'node:os';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { inTurns, pause } from '../../platform/waiting.ts';
import type {
  Incident,
  LocalImage,
  ObjectKind,
  Publisher,
  PullProgress,
  StackContainer,
  StackIdentity,
  VolumeAccess,
} from '../docker-objects.ts';
import { stackLabels } from '../labels.ts';
import type { DockerConnection } from './client.ts';
import { LogFrames } from './container-log-frames.ts';
import { toStackContainer } from './containers.ts';
import { dockerFault, statusOf } from './docker-fault.ts';
import { runInContainer } from './exec.ts';
import { pullImage } from './pull.ts';
import { readVolumeFiles, writeVolumeFile } from './volume-files.ts';

const eventSchema = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

/** What of a container says how it is to be stopped, and whether it has only begun. */
const configSchema = z.object({
  State: z.object({ Running: z.boolean(), StartedAt: z.string() }),
  Config: z.object({ StopSignal: z.string().optional() }),
});

type Labels = Readonly<Record<string, string>>;

const labelled = (label: string, value: string) => ({ filters: { label: [`${label}=${value}`] } });

/** Removed, stopped or started already: what was wanted. */
const harmless = [304, 404];

const signalEveryMs = 2_000;
/** A server listens to signals long before. */
const youngMs = 20_000;

/**
 * The Docker Engine, as far as a stack needs it. Every call: @throws DaemonRefusal; TrainyardError DOCKER_NOT_RUNNING, DOCKER_PERMISSION, …
 */
export class Daemon {
  private readonly docker: Docker;
  private readonly url: string;
  /** A start keeps a core busy, so that more of them at once would only delay the first, and the server in it. */
  private readonly startTurns = inTurns(availableParallelism());

  constructor({ docker, url }: Pick<DockerConnection, 'docker' | 'url'>) {
    this.docker = docker;
    this.url = url;
  }

  /** Containers that carry a stack's label, running or not. */
  containers(stack: string): Promise<readonly StackContainer[]> {
    return this.ask(async (docker) => {
      const found = await docker.listContainers({ all: true, ...labelled(stackLabels.stack, stack) });
      const all = await Promise.all(found.map(({ Id }) => this.container(Id)));
      return all.filter((one) => one !== null);
    });
  }

  /** Null if it is gone. */
  container(id: string): Promise<StackContainer | null> {
    return this.unlessGone(async (docker) => toStackContainer(await docker.getContainer(id).inspect()));
  }

  /** Names of a stack's objects of a kind, by its label. */
  names(kind: 'volume' | 'network', stack: string): Promise<readonly string[]> {
    const filter = labelled(stackLabels.stack, stack);
    return this.ask(async (docker) =>
      kind === 'volume'
        ? ((await docker.listVolumes(filter)).Volumes ?? []).map(({ Name }) => Name)
        : (await docker.listNetworks(filter)).map(({ Id }) => Id),
    );
  }

  /** The stack that the object of this name carries the label of: empty if it carries none; null if there is no such object. */
  ownerOf(kind: ObjectKind, name: string): Promise<string | null> {
    return this.unlessGone(async (docker) => {
      const labels: Labels | null =
        kind === 'container'
          ? (await docker.getContainer(name).inspect()).Config.Labels
          : kind === 'volume'
            ? (await docker.getVolume(name).inspect()).Labels
            : ((await docker.getNetwork(name).inspect()).Labels ?? null);
      return labels?.[stackLabels.stack] ?? '';
    });
  }

  /** Stacks whose objects carry the label of this state folder, the newest first. */
  stacksOf(home: string): Promise<readonly StackIdentity[]> {
    const filter = labelled(stackLabels.home, home);
    return this.ask(async (docker) => {
      const [containers, volumes] = await Promise.all([
        docker.listContainers({ all: true, ...filter }),
        docker.listVolumes(filter),
      ]);
      const objects = [
        ...containers.map(({ Labels, Created }) => ({ labels: Labels, createdAt: Created * 1000 })),
        ...(volumes.Volumes ?? []).map((volume) => ({
          labels: volume.Labels ?? {},
          createdAt: 'CreatedAt' in volume ? Date.parse(String(volume.CreatedAt)) : 0,
        })),
      ];
      const stacks = new Map<string, StackIdentity>();
      for (const { labels } of objects.sort((one, other) => other.createdAt - one.createdAt)) {
        const [id, name] = [labels[stackLabels.stack], labels[stackLabels.name]];
        if (id && name && !stacks.has(id)) stacks.set(id, { id, name });
      }
      return [...stacks.values()];
    });
  }

  /** No harm where it runs already. As many are started at once as there are cores, in the order of the calls. */
  start(id: string): Promise<void> {
    return this.startTurns(() => this.harmlessly((docker) => docker.getContainer(id).start(), [304]));
  }

  /** No harm where it is stopped or gone. */
  async stop(id: string, graceSeconds: number): Promise<void> {
    const stopped = new AbortController();
    await Promise.all([
      this.harmlessly((docker) => docker.getContainer(id).stop({ t: graceSeconds })).finally(() =>
        stopped.abort(),
      ),
      this.signalWhileYoung(id, stopped.signal),
    ]);
  }

  /** Sends a container's stop signal again until it has stopped or is old enough: its first process may not have listened yet, and the daemon sends it once. */
  private async signalWhileYoung(id: string, stopped: AbortSignal): Promise<void> {
    for (let isYoung = true; isYoung; ) {
      // Only the signal cuts it short.
      await pause(signalEveryMs, stopped);
      if (stopped.aborted) return;
      // 409: it ended just now.
      await this.harmlessly(
        async (docker) => {
          const container = docker.getContainer(id);
          const { State, Config } = configSchema.parse(await container.inspect());
          isYoung = State.Running && Date.now() - Date.parse(State.StartedAt) < youngMs;
          if (isYoung) await container.kill({ signal: Config.StopSignal || 'SIGTERM' });
        },
        [...harmless, 409],
      );
    }
  }

  /** No harm where it is gone. */
  remove(kind: ObjectKind, name: string): Promise<void> {
    return this.harmlessly((docker) =>
      kind === 'container'
        ? docker.getContainer(name).remove({ force: true, v: true })
        : kind === 'volume'
          ? docker.getVolume(name).remove()
          : docker.getNetwork(name).remove(),
    );
  }

  lastLines(id: string, service: ServiceName, count: number): Promise<readonly string[]> {
    return this.ask(async (docker) => {
      const options = { stdout: true, stderr: true, timestamps: true, tail: count, follow: false } as const;
      const frames = new LogFrames(service);
      const lines = [...frames.push(await docker.getContainer(id).logs(options)), ...frames.end()];
      return lines
        .map(({ text }) => text)
        .filter(Boolean)
        .slice(-count);
    });
  }

  /** What happened to a stack's containers since a time (milliseconds). */
  incidents(stack: string, since: number): Promise<readonly Incident[]> {
    return this.ask(async (docker) => {
      const stream = await docker.getEvents({
        since: Math.floor(since / 1000),
        until: Math.ceil(Date.now() / 1000),
        filters: { type: ['container'], event: ['oom', 'die'], label: [`${stackLabels.stack}=${stack}`] },
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(Buffer.from(chunk));
      const lines = Buffer.concat(chunks).toString('utf8').split('\n').filter(Boolean);
      return lines.map((line): Incident => {
        const { Action, Actor } = eventSchema.parse(JSON.parse(line));
        const exitCode = Actor.Attributes.exitCode;
        return {
          container: Actor.ID,
          kind: Action === 'oom' ? 'out of memory' : 'ended',
          exitCode: exitCode === undefined ? null : Number(exitCode),
        };
      });
    });
  }

  /** Null if it is not here. */
  image(reference: string): Promise<LocalImage | null> {
    return this.unlessGone(async (docker) => {
      const { Id, RepoDigests, Config } = await docker.getImage(reference).inspect();
      const variables = (Config?.Env ?? []).map((line) => /^([^=]*)=(.*)$/s.exec(line)?.slice(1) ?? []);
      return { id: Id, digests: RepoDigests ?? [], environment: Object.fromEntries(variables) };
    });
  }

  pull(reference: string, onProgress: (progress: PullProgress) => void, signal?: AbortSignal): Promise<void> {
    return this.ask((docker) => pullImage(docker, reference, onProgress, signal));
  }

  /** Of the machine that containers run on. */
  memoryBytes(): Promise<number> {
    return this.ask(async (docker) => z.object({ MemTotal: z.number() }).parse(await docker.info()).MemTotal);
  }

  /** Host ports that containers publish, and those that stopped stacks will want again. */
  publishers(): Promise<readonly Publisher[]> {
    return this.ask(async (docker) => {
      const found = await docker.listContainers({ all: true });
      const all = await Promise.all(
        found.map(async ({ Id, Image, Names, Ports, Labels, State }) => {
          const container = (Names[0] ?? Id).replace(/^\//, '');
          const stack = Labels[stackLabels.stack] ?? null;
          // A stopped container publishes nothing now: what a stopped stack will want again is in its definition.
          const ports = stack
            ? Object.values((await this.container(Id))?.published ?? {})
            : Ports.map(({ PublicPort }) => PublicPort).filter((port) => port > 0);
          const isRunning = State === 'running' || State === 'paused';
          return [...new Set(ports)].map((port) => ({ port, container, image: Image, stack, isRunning }));
        }),
      );
      return all.flat();
    });
  }

  /** Puts a text into a volume, which is made with these labels where it is not there. */
  writeToVolume(access: VolumeAccess, file: string, text: string): Promise<void> {
    return this.ask((docker) => writeVolumeFile(docker, access, file, text));
  }

  /** The texts in a volume by file name; null if there is no such volume. */
  readFromVolume(access: VolumeAccess): Promise<ReadonlyMap<string, string> | null> {
    return this.ask((docker) => readVolumeFiles(docker, access));
  }

  /** Runs a program in a running container, without a shell, and answers what it printed. @throws TrainyardError CONTAINER_PROGRAM_FAILED */
  outputOf(id: string, command: readonly string[], mostBytes: number): Promise<Buffer> {
    return this.ask((docker) => runInContainer(docker, id, command, mostBytes));
  }

  private async ask<Result>(call: (docker: Docker) => Promise<Result>): Promise<Result> {
    try {
      return await call(this.docker);
    } catch (error) {
      throw dockerFault(error, this.url);
    }
  }

  private unlessGone<Result>(call: (docker: Docker) => Promise<Result>): Promise<Result | null> {
    return this.ask(async (docker) => {
      try {
        return await call(docker);
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    });
  }

  private harmlessly(call: (docker: Docker) => Promise<unknown>, statuses = harmless): Promise<void> {
    return this.ask(async (docker) => {
      try {
        await call(docker);
      } catch (error) {
        const status = statusOf(error);
        // 409 is also "removal … is already in progress": somebody else is at it, and that is waited for by asking again.
        const isAlready =
          status === 409 && error instanceof Error && /already in progress/.test(error.message);
        if (!isAlready && !(status !== null && statuses.includes(status))) throw error;
      }
    });
  }
}
