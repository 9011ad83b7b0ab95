import type { PageQuery } from '../../../shared/contract/common.ts';
import type { CachedWeights, Weights, WeightsProgress } from '../../../shared/contract/weights.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import { placeOfSource } from '../uploads/uploads.ts';
import { filesToFetch, isOfHuggingFace } from './hub-files.ts';
import {
  beginRemoval,
  findWeights,
  insertWeights,
  listWeights,
  namesTaken,
  type WeightsIntent,
  weightsProgressOf,
} from './weights-rows.ts';
import { type StoringParts, WeightsStoring } from './weights-storing.ts';

interface Parts extends StoringParts {
  readonly audit: RecordAudit;
  /** What a person calls a path. */
  readonly nameOf: (path: string) => string;
  readonly cached: () => Promise<CachedWeights[]>;
  /** In place of the address of Hugging Face, where a person set one for all programs. */
  readonly huggingFace: () => string | undefined;
}

/** Pretrained weights: what people do with them. */
export class WeightsService {
  private readonly parts: Parts;
  readonly storing: WeightsStoring;

  constructor(parts: Parts) {
    this.parts = parts;
    this.storing = new WeightsStoring(parts);
  }

  /** A page, newest first. @throws TrainyardError INVALID_INPUT for a place that is none */
  async list(
    userId: string,
    {
      search,
      model,
      ...page
    }: PageQuery & { readonly search?: string | undefined; readonly model?: string | undefined },
  ) {
    const filter = { search: search?.trim() || null, model: model ?? null };
    const { rows, ...rest } = await listWeights(this.parts.db, userId, filter, page);
    return { weights: [...rows], ...rest };
  }

  /** What libraries have put on this machine by themselves. */
  async cached() {
    return { weights: await this.parts.cached() };
  }

  /** By id or name. @throws TrainyardError WEIGHTS_UNKNOWN */
  show(userId: string, reference: string): Promise<Weights> {
    return findWeights(this.parts.db, userId, reference);
  }

  /**
   * Stores a file or folder in the background, once it was seen to be one of weights.
   * @throws TrainyardError WEIGHTS_NAME_TAKEN, UPLOAD_NOT_FOUND, and what the parts' `open` throws
   */
  async add(
    userId: string,
    input: { readonly path: string; readonly name?: string | undefined; readonly model?: string | undefined },
  ): Promise<Weights> {
    const { path, uploadName } = await placeOfSource(this.parts.uploads, input.path);
    await this.parts.open(path, uploadName);
    const name = input.name ?? (await this.freeName(userId, this.parts.nameOf(uploadName ?? path)));
    const intent = { userId, name, model: input.model ?? null, source: input.path, downloads: null };
    return this.begin('weights.add', intent, null);
  }

  /**
   * Fetches and stores the weights of a model in the background.
   * @throws TrainyardError WEIGHTS_NO_HUB, WEIGHTS_NAME_TAKEN
   */
  async pull(
    userId: string,
    {
      model,
      mirror,
      sha256,
      token,
      ...input
    }: {
      readonly model: string;
      readonly name?: string | undefined;
      readonly mirror?: string | undefined;
      readonly sha256?: string | undefined;
      readonly token?: string | undefined;
    },
  ): Promise<Weights> {
    const address = mirror ?? (isOfHuggingFace(model) ? this.parts.huggingFace() : undefined);
    const downloads = filesToFetch(model, address, sha256?.toLowerCase() ?? null);
    const name = input.name ?? (await this.freeName(userId, model.slice(model.indexOf('/') + 1)));
    const source = downloads[0]?.candidates[0]?.url ?? '';
    return this.begin('weights.pull', { userId, name, model, source, downloads }, token ?? null);
  }

  /** Removes weights, in the background where that takes long. @throws TrainyardError WEIGHTS_UNKNOWN, WEIGHTS_IN_USE */
  async remove(userId: string, reference: string): Promise<{ id: string; name: string }> {
    const { db, machineId, audit, changes } = this.parts;
    const { id, name, model } = await this.show(userId, reference);
    failpoint('weights.removal.before');
    const removal = await db.transaction((tx) => beginRemoval(tx, id, machineId));
    failpoint('weights.removal.after');
    if (removal === 0) return { id, name };
    if (typeof removal === 'number') throw fault('WEIGHTS_IN_USE', { name, count: removal });
    this.storing.begin(removal);
    changes.changed('weights', id);
    await audit({
      userId,
      action: 'weights.remove',
      resource: { type: 'weights', id },
      before: { name, model },
    });
    return { id, name };
  }

  /** How far they are, at the next change after `afterDone` bytes. @throws TrainyardError WEIGHTS_UNKNOWN */
  async wait({
    weightsId,
    afterDone,
    waitMs,
  }: {
    readonly weightsId: string;
    readonly afterDone: number;
    readonly waitMs: number;
  }): Promise<WeightsProgress> {
    const progress = this.storing.progressOf(weightsId);
    if (progress) {
      await progress.wait(afterDone, waitMs);
      return progress.state;
    }
    const kept = await weightsProgressOf(this.parts.db, weightsId);
    if (!kept) throw fault('WEIGHTS_UNKNOWN', { name: weightsId });
    const { status, error, sizeBytes } = kept;
    const phase = status === 'ready' ? 'done' : status === 'failed' ? 'failed' : 'waiting';
    return { phase, done: sizeBytes, total: sizeBytes, rate: null, secondsLeft: null, error };
  }

  private async begin(
    action: string,
    intent: Omit<WeightsIntent, 'machineId'>,
    token: string | null,
  ): Promise<Weights> {
    const { db, machineId, audit, changes } = this.parts;
    const { userId, name, model, source } = intent;
    failpoint('weights.intent.before');
    const { work, replaced } = await db.transaction((tx) => insertWeights(tx, { ...intent, machineId }));
    failpoint('weights.intent.after');
    const begun = await this.show(userId, work.id);
    this.storing.begin(work, token);
    // From another mirror, nobody goes on with what came before.
    await this.storing.forget(replaced);
    changes.changed('weights', work.id);
    await audit({
      userId,
      action,
      resource: { type: 'weights', id: work.id },
      after: { name, model, source },
    });
    return begun;
  }

  /** A name that nobody took, from one that a file or model has. */
  private async freeName(userId: string, wanted: string): Promise<string> {
    const name =
      wanted
        .replaceAll(/\p{C}/gu, '')
        .trim()
        .replace(/^[/\\~]+/, '')
        .slice(0, 240) || 'weights';
    const taken = await namesTaken(this.parts.db, userId, name);
    for (let number = 1; ; number += 1) {
      const free = number === 1 ? name : `${name}-${number}`;
      if (!taken.has(free.toLowerCase())) return free;
    }
  }
}
