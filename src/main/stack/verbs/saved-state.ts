import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fault } from '../../../shared/errors/catalogue.ts';
import { serviceNames } from '../../../shared/model/stack.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { type OnProgress, reportStep } from '../../platform/progress.ts';
import type { StackContainer, StackIdentity, VolumeAccess } from '../docker-objects.ts';
import { stackLabels, stackNameOf } from '../labels.ts';
import { containerPorts } from '../plan.ts';
import {
  type Recovery,
  recoverySchema,
  type StackPorts,
  type StackRecord,
  type StackSecrets,
  secretNames,
  stackSecretsSchema,
} from '../record.ts';
import { choosePorts } from './choose-ports.ts';
import type { StackContext } from './context.ts';
import { ensureImage } from './images.ts';

/** What is known of a stack. */
export interface SavedState {
  readonly record: StackRecord;
  readonly secrets: StackSecrets;
}

/** A stack that is not being stopped or removed: only such a one is brought up. */
export interface SettledState extends SavedState {
  readonly record: StackRecord & { readonly removal: null; readonly stopping: readonly [] };
}

/** What is not known yet, or not any more. */
const unknownRecord = {
  version: 1 as const,
  images: {},
  memoryBytes: null,
  stopping: [] as [],
  removal: null,
  recovery: null,
};

const newSecrets = (): StackSecrets =>
  stackSecretsSchema.parse(
    Object.fromEntries(secretNames.map((name) => [name, randomBytes(24).toString('hex')])),
  );

/** Two files take turns: a kill while one is written leaves the other. */
const slots = 2;
const slotFile = (slot: number) => `stack-${slot % slots}.json`;

/** What of the record is worth a new copy. */
function copyHash({ record, secrets }: SavedState): string {
  const { id, name, ports, images, keeps, memoryBytes } = record;
  return createHash('sha256')
    .update(
      JSON.stringify([
        ...[id, name, ports, images, memoryBytes, secretNames.map((secret) => secrets[secret])],
        ...(keeps ? [keeps] : []),
      ]),
    )
    .digest('hex');
}

function newestCopy(files: ReadonlyMap<string, string> | null): Recovery | null {
  const copies = [...(files?.values() ?? [])].flatMap((text) => {
    try {
      const copy = recoverySchema.safeParse(JSON.parse(text));
      return copy.success ? [copy.data] : [];
    } catch (error) {
      // One that a kill cut short; the other is whole.
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
  const slotOf = ({ record }: Recovery) => record.recovery?.slot ?? 0;
  return copies.sort((one, other) => slotOf(other) - slotOf(one))[0] ?? null;
}

/** The ports that a stack's containers publish, where it still has all five. */
function publishedPorts(containers: readonly StackContainer[]): StackPorts | null {
  const found = serviceNames.map((name) => {
    const published = containers.find(({ service }) => service === name)?.published ?? {};
    const ports = Object.entries(containerPorts[name]).map(([purpose, inside]) => [
      purpose,
      published[inside],
    ]);
    return [name, Object.fromEntries(ports)] as const;
  });
  const parsed = recoverySchema.shape.record.shape.ports.safeParse(Object.fromEntries(found));
  return parsed.success ? parsed.data : null;
}

/**
 * Knows which stack a state folder has: by its notes, else by the labels of what the daemon has, whose recovery volume holds a copy
 * of the notes and the passwords.
 */
export class SavedStateStore {
  private readonly context: StackContext;

  constructor(context: StackContext) {
    this.context = context;
  }

  /** The record as it is, or as the labels give it, without changing anything; null if there is no stack. */
  async peek(): Promise<{ readonly record: StackRecord; readonly secrets: StackSecrets | null } | null> {
    const { files, daemon } = this.context;
    const record = files.read();
    if (record) return { record, secrets: files.readSecrets() };
    const [found] = await daemon.stacksOf(files.home);
    return found ? this.lookUp(found) : null;
  }

  /**
   * As {@link peek}, and puts what was found by labels back into the state folder.
   * @throws TrainyardError STACK_CREDENTIALS_LOST if there is data and no password for it
   */
  async open(onProgress: OnProgress): Promise<SavedState | null> {
    const { files } = this.context;
    if (files.isDamaged) {
      await reportStep(onProgress, 'state', null, async () => {
        failpoint('stack.record.aside.before');
        const aside = files.setAside();
        failpoint('stack.record.aside.after');
        return {
          en: `STACK_STATE_CORRUPT: the stack's record was set aside as ${aside}`,
          ko: `STACK_STATE_CORRUPT: 스택의 기록을 옮긴 곳: ${aside}`,
        };
      });
    }
    const record = files.read();
    const secrets = record && files.readSecrets();
    return secrets ? { record, secrets } : this.recover(onProgress, record);
  }

  /** Begins a stack with an unused name and free ports. */
  async begin(): Promise<SettledState> {
    const { daemon, files } = this.context;
    const id = await this.freeId();
    const record = {
      ...unknownRecord,
      id,
      name: stackNameOf(id),
      madeFor: files.home,
      ports: await choosePorts(daemon, id),
      started: false,
    };
    // The passwords first: with notes and without passwords it would look as if they had been lost.
    const secrets = newSecrets();
    files.writeSecrets(secrets);
    files.write(record);
    return { record, secrets };
  }

  write(saved: SavedState, change: Partial<StackRecord>): SavedState {
    const record = { ...saved.record, ...change };
    this.context.files.write(record);
    return { ...saved, record };
  }

  /** Call when what was begun to be stopped or removed is. */
  settle(saved: SavedState): SettledState {
    const record = { ...saved.record, removal: null, stopping: [] as [] };
    if (saved.record.removal !== null || saved.record.stopping.length > 0) this.context.files.write(record);
    return { ...saved, record };
  }

  /** Sees that the recovery volume has a copy of what is known now. */
  async keepCopy(saved: SavedState, image: string): Promise<SavedState> {
    const hash = copyHash(saved);
    if (saved.record.recovery?.hash === hash) return saved;
    const recovery = { slot: (saved.record.recovery?.slot ?? 0) + 1, hash };
    const record = { ...saved.record, recovery };
    const { daemon } = this.context;
    failpoint('stack.recovery.write.before');
    await daemon.writeToVolume(
      this.access(record, image),
      slotFile(recovery.slot),
      JSON.stringify({ record, secrets: saved.secrets } satisfies Recovery),
    );
    failpoint('stack.recovery.write.after');
    return this.write(saved, { recovery });
  }

  private async recover(onProgress: OnProgress, known: StackRecord | null): Promise<SavedState | null> {
    const { files, daemon } = this.context;
    const found = known ?? (await daemon.stacksOf(files.home))[0];
    if (!found) return null;
    let saved: SavedState | null = null;
    await reportStep(onProgress, 'recover', null, async () => {
      const copy = await this.lookUp(found, onProgress);
      const record = known ?? copy.record;
      const secrets = copy.secrets ?? (await this.secretsWithoutData(record));
      failpoint('stack.recover.before');
      files.writeSecrets(secrets);
      files.write(record);
      failpoint('stack.recover.after');
      saved = { record, secrets };
      return { en: `${record.name}, found by its labels`, ko: `${record.name}, 라벨로 찾음` };
    });
    return saved;
  }

  /** New passwords do no harm before the first volume of data was made. */
  private async secretsWithoutData({ id, name }: StackRecord): Promise<StackSecrets> {
    const { daemon, files, volumes } = this.context;
    const data = Object.values(volumes).flatMap((own) => own.map((volume) => `${name}_${volume}`));
    const present = await daemon.names('volume', id);
    if (!present.some((volume) => data.includes(volume))) return newSecrets();
    throw fault('STACK_CREDENTIALS_LOST', { name, home: files.home });
  }

  /** What the labels and the recovery volume say about a stack. Without a local image only a verb reads the volume. */
  private async lookUp(found: StackIdentity, onProgress?: OnProgress) {
    const { daemon } = this.context;
    const containers = await daemon.containers(found.id);
    const image = await this.anyImage(containers, onProgress);
    const files = image ? await daemon.readFromVolume(this.access(found, image)) : null;
    const copy = newestCopy(files);
    if (copy && copy.record.id === found.id) return copy;
    const ports = publishedPorts(containers) ?? (await choosePorts(daemon, found.id));
    const record = { ...unknownRecord, id: found.id, name: found.name, ports, started: true };
    return { record, secrets: null };
  }

  private access(
    { id, name, madeFor }: StackIdentity & { readonly madeFor?: string },
    image: string,
  ): VolumeAccess {
    const labels = {
      [stackLabels.stack]: id,
      [stackLabels.name]: name,
      [stackLabels.home]: madeFor ?? this.context.files.home,
    };
    return { volume: `${name}_recovery`, labels, image };
  }

  /** An image that is here; any will do, since nothing of it is run. */
  private async anyImage(
    containers: readonly StackContainer[],
    onProgress?: OnProgress,
  ): Promise<string | null> {
    const { daemon, images } = this.context;
    const references = [
      ...containers.map(({ imageId }) => imageId),
      ...serviceNames.map((name) => images[name]),
    ];
    for (const reference of references) {
      const image = await daemon.image(reference);
      if (image) return image.id;
    }
    if (!onProgress) return null;
    return (await ensureImage(daemon, 'redis', images.redis, undefined, onProgress, undefined)).id;
  }

  private async freeId(): Promise<string> {
    const { daemon, volumes } = this.context;
    for (;;) {
      const id = randomUUID();
      const name = stackNameOf(id);
      const wanted = [...Object.values(volumes).flat(), 'recovery'].map((volume) => `${name}_${volume}`);
      const owners = await Promise.all([
        ...wanted.map((volume) => daemon.ownerOf('volume', volume)),
        ...serviceNames.map((service) => daemon.ownerOf('container', `${name}-${service}-1`)),
        daemon.ownerOf('network', `${name}_default`),
      ]);
      if (owners.every((owner) => owner === null)) return id;
    }
  }
}
