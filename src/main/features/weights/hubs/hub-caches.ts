import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { CachedWeights } from '../../../../shared/contract/weights.ts';
import { areWeightsFor } from '../../../../shared/model/are-weights-for.ts';
import { isRecord } from '../../../../shared/model/is-record.ts';
import { isInside } from '../../../platform/paths.ts';
import { hubPlace, repositoryNames } from '../hub-files.ts';
import { torchvisionFiles } from '../torchvision-files.ts';
import { huggingFaceHome } from './hub-token.ts';

/** Where weights of a model are looked for. */
export interface CachePlace {
  /** Null where they are not there. */
  readonly file: string | null;
  /** What is looked for, and in which folder: for whoever puts it there. */
  readonly wanted: { readonly file: string; readonly folder: string };
}

/** The caches that torch, Hugging Face's libraries and Ultralytics have on this machine. Nothing in them is changed. */
export class HubCaches {
  private readonly environment: NodeJS.ProcessEnv;

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = environment;
  }

  /** What is there, in the order of the models' names. */
  async list(): Promise<CachedWeights[]> {
    const found = await Promise.all([this.ofTorch(), this.ofHuggingFace(), this.ofUltralytics()]);
    return found.flat().sort((one, other) => one.model.localeCompare(other.model));
  }

  /** @returns null where it is not known what the weights of the model are called */
  async find(model: string): Promise<CachePlace | null> {
    const place = hubPlace(model);
    if (!('hub' in place)) return this.findAnyTag(model);
    if (place.hub === 'huggingface') {
      const folder = path.join(this.huggingFaceFolder(), folderOf(place.repository));
      return {
        file: await newestSnapshot(folder),
        wanted: { file: repositoryNames[0], folder: path.join(folder, 'snapshots', 'main') },
      };
    }
    const folder = place.hub === 'torch' ? this.torchFolder() : await this.ultralyticsFolder();
    const file = path.join(folder, place.file);
    const size = await sizeWithin(folder, file);
    return { file: size === null ? null : file, wanted: { file: place.file, folder } };
  }

  /** Of timm, whatever the tag: the trainer's timm knows which of them is its own. */
  private async findAnyTag(model: string): Promise<CachePlace | null> {
    const found = (await this.ofHuggingFace()).find((one) => areWeightsFor(one.model, model));
    if (!found) return null;
    return {
      file: found.file,
      wanted: { file: path.basename(found.file), folder: path.dirname(found.file) },
    };
  }

  private torchFolder(): string {
    const caches = this.environment.XDG_CACHE_HOME || path.join(homedir(), '.cache');
    return path.join(this.environment.TORCH_HOME || path.join(caches, 'torch'), 'hub', 'checkpoints');
  }

  private huggingFaceFolder(): string {
    const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE } = this.environment;
    return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || path.join(huggingFaceHome(this.environment), 'hub');
  }

  /** As Ultralytics' own settings say; its default means the folder in which it is started. */
  private async ultralyticsFolder(): Promise<string> {
    const folder = this.environment.YOLO_CONFIG_DIR || path.join(homedir(), '.config', 'Ultralytics');
    const text = await readFile(path.join(folder, 'settings.json'), 'utf8').catch(() => '{}');
    try {
      const settings: unknown = JSON.parse(text);
      const weights = isRecord(settings) ? settings.weights_dir : null;
      if (typeof weights === 'string' && path.isAbsolute(weights)) return weights;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    return path.join(folder, 'weights');
  }

  private async ofTorch(): Promise<CachedWeights[]> {
    const folder = this.torchFolder();
    const models = Object.entries(torchvisionFiles).map(
      ([name, file]) => ({ model: `torchvision/${name}`, file, cache: 'torch' }) as const,
    );
    return present(folder, models);
  }

  private async ofUltralytics(): Promise<CachedWeights[]> {
    const folder = await this.ultralyticsFolder();
    const names = (await namesIn(folder)).filter((name) => /^(?:yolo|rtdetr).*\.pt$/.test(name));
    const models = names.map(
      (file) => ({ model: `ultralytics/${file.slice(0, -3)}`, file, cache: 'ultralytics' }) as const,
    );
    return present(folder, models);
  }

  private async ofHuggingFace(): Promise<CachedWeights[]> {
    const hub = this.huggingFaceFolder();
    const found: CachedWeights[] = [];
    for (const name of await namesIn(hub)) {
      const repository = /^models--(.+)$/.exec(name)?.[1]?.replaceAll('--', '/');
      if (repository === undefined) continue;
      const file = await newestSnapshot(path.join(hub, name));
      if (file === null) continue;
      const sizeBytes = await sizeWithin(path.join(hub, name), file);
      if (sizeBytes === null) continue;
      const model = repository.startsWith('timm/') ? repository : `huggingface/${repository}`;
      found.push({ model, file, sizeBytes, cache: 'huggingface' });
    }
    return found;
  }
}

const folderOf = (repository: string) => `models--${repository.replaceAll('/', '--')}`;

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function present(
  folder: string,
  models: readonly Omit<CachedWeights, 'sizeBytes'>[],
): Promise<CachedWeights[]> {
  const found: CachedWeights[] = [];
  for (const { file: name, ...model } of models) {
    const file = path.join(folder, name);
    const sizeBytes = await sizeWithin(folder, file);
    if (sizeBytes !== null) found.push({ ...model, file, sizeBytes });
  }
  return found;
}

/** The size of a file that is there, and really in the folder: a link that leads out of a cache is none of the cache's. */
async function sizeWithin(folder: string, file: string): Promise<number | null> {
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(file)]);
    const stats = await stat(real);
    return isInside(root, real) && stats.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}

/** The weights of a repository: of the revision that `main` was last, else of any. */
async function newestSnapshot(folder: string): Promise<string | null> {
  const main = (await readFile(path.join(folder, 'refs', 'main'), 'utf8').catch(() => '')).trim();
  const revisions = await namesIn(path.join(folder, 'snapshots'));
  for (const revision of [...revisions.filter((name) => name === main), ...revisions])
    for (const name of repositoryNames) {
      const file = path.join(folder, 'snapshots', revision, name);
      if ((await sizeWithin(folder, file)) !== null) return file;
    }
  return null;
}
