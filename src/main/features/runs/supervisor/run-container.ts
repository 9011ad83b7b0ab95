import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { DockerAddress } from '../../../stack/docker/address.ts';
import { codeOf, isGone } from '../../../stack/docker/docker-fault.ts';
import { callEngine } from '../../../stack/docker/engine-call.ts';

/** While the daemon is away: it may be restarted, or updated. */
const lookEveryMs = 500;

const inspectedSchema = z.object({
  Image: z.string(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    Restarting: z.boolean(),
    Pid: z.int(),
    ExitCode: z.int(),
    OOMKilled: z.boolean(),
  }),
});

/** What the Engine says of a container. */
export type Inspected = z.infer<typeof inspectedSchema>;

/** Asks again as long as the daemon cannot be reached. */
async function untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (codeOf(error) === null) throw error;
      await delay(lookEveryMs);
    }
  }
}

/** The container of an attempt. */
export class RunContainer {
  readonly id: string;
  private readonly address: DockerAddress;

  constructor(address: DockerAddress, id: string) {
    this.address = address;
    this.id = id;
  }

  /** Does nothing where it runs. */
  async start(): Promise<void> {
    await this.post('start');
  }

  /** Waits for a daemon that is away. @throws DaemonRefusal 404 where it was removed */
  async inspect(): Promise<Inspected> {
    const answer = await untilAnswered(() => callEngine(this.address, 'GET', `${this.path}/json`));
    return inspectedSchema.parse(answer);
  }

  /** Until it has ended, or was removed; or earlier, where the daemon is away, or ends while it is asked. */
  async wait(): Promise<void> {
    await this.post('wait').catch((error: unknown) => {
      if (!isGone(error) && codeOf(error) === null) throw error;
    });
  }

  /** Does nothing where it has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    await untilAnswered(() => this.post(`kill?signal=${signal}`)).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  /** Does nothing where somebody else has removed it, or is about to. */
  async remove(): Promise<void> {
    await callEngine(this.address, 'DELETE', `${this.path}?force=true&v=true`).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  private get path(): string {
    return `/containers/${encodeURIComponent(this.id)}`;
  }

  private post(verb: string): Promise<unknown> {
    return callEngine(this.address, 'POST', `${this.path}/${verb}`);
  }
}
