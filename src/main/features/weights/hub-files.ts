import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { torchvisionFiles } from './torchvision-files.ts';

/** A file at an address. */
export interface HubFile {
  readonly name: string;
  readonly url: string;
}

/** One file of what is to be fetched: the first of its candidates that is there. */
export interface Wanted {
  readonly candidates: readonly HubFile[];
  /** Nothing is amiss where it is not there. */
  readonly isOptional: boolean;
  /** SHA-256 in hex, or its beginning; null where none is known. */
  readonly sha256: string | null;
}

/** All addresses that may be asked. */
export const urlsOf = (downloads: readonly Wanted[] | null): readonly string[] =>
  (downloads ?? []).flatMap(({ candidates }) => candidates.map(({ url }) => url));

/** Where the weights of a model lie: in a repository of Hugging Face, or as one file. */
export type HubPlace =
  | { readonly hub: 'huggingface'; readonly repository: string }
  | { readonly hub: 'torch' | 'ultralytics'; readonly file: string };

/** Which weights timm takes for its best known names, by the tag that its hub's repositories end in. */
const timmTags: Readonly<Record<string, string>> = {
  resnet18: 'a1_in1k',
  resnet50: 'a1_in1k',
  efficientnet_b0: 'ra_in1k',
  mobilenetv3_large_100: 'ra_in1k',
  convnext_tiny: 'in12k_ft_in1k',
  vit_small_patch16_224: 'augreg_in21k_ft_in1k',
};

const endpoints = {
  huggingface: 'https://huggingface.co',
  torch: 'https://download.pytorch.org/models',
  ultralytics: 'https://github.com/ultralytics/assets/releases/download/v8.3.0',
};

const partsOf = (model: string) => {
  const slash = model.indexOf('/');
  return { source: model.slice(0, slash), name: model.slice(slash + 1) };
};

/** Whether the weights of a model lie in a repository of Hugging Face. */
export const isOfHuggingFace = (model: string) => /^(?:timm|huggingface)\//.test(model);

/** @returns the place, or why none is known */
export function hubPlace(model: string): HubPlace | Bilingual {
  const { source, name } = partsOf(model);
  switch (source) {
    case 'timm': {
      const tag = Object.hasOwn(timmTags, name) ? timmTags[name] : undefined;
      if (name.includes('.')) return { hub: 'huggingface', repository: `timm/${name}` };
      if (tag !== undefined) return { hub: 'huggingface', repository: `timm/${name}.${tag}` };
      return {
        en: `timm has several for one architecture; name one with its tag, as timm/${name}.a1_in1k`,
        ko: `timm에는 구조 하나에 가중치가 여럿 있으니 timm/${name}.a1_in1k처럼 태그까지 쓰세요`,
      };
    }
    case 'huggingface':
      return { hub: 'huggingface', repository: name };
    case 'torchvision': {
      const file = Object.hasOwn(torchvisionFiles, name) ? torchvisionFiles[name] : undefined;
      if (file !== undefined) return { hub: 'torch', file };
      return { en: 'torchvision has none for it', ko: 'torchvision에 이 모델의 가중치가 없습니다' };
    }
    default:
      return { hub: 'ultralytics', file: `${name.replace(/\.pt$/, '')}.pt` };
  }
}

/** Weights of a repository by the names that libraries give them, the better one first. */
export const repositoryNames = ['model.safetensors', 'pytorch_model.bin'] as const;
/** What stands beside them and says how their network is built. */
export const configName = 'config.json';

/** @throws TrainyardError WEIGHTS_NO_HUB */
export function requireHubPlace(model: string): HubPlace {
  const place = hubPlace(model);
  if ('hub' in place) return place;
  throw noHub(model, place);
}

const noHub = (model: string, why: Bilingual): TrainyardError => fault('WEIGHTS_NO_HUB', { model, why });

/**
 * What is fetched for a model; what has the weights comes first.
 * @param address in place of the hub's
 * @param sha256 what a person expects of the file of weights
 * @throws TrainyardError WEIGHTS_NO_HUB
 */
export function filesToFetch(
  model: string,
  address: string | undefined,
  sha256: string | null,
): readonly Wanted[] {
  const place = requireHubPlace(model);
  const base = (address ?? endpoints[place.hub]).replace(/\/+$/, '');
  if (place.hub !== 'huggingface') {
    const { file: name } = place;
    const known = /-([0-9a-f]{8})\.pth$/.exec(name)?.[1] ?? null;
    return [{ candidates: [{ name, url: `${base}/${name}` }], isOptional: false, sha256: sha256 ?? known }];
  }
  const repository = place.repository.split('/').map(encodeURIComponent).join('/');
  const at = (name: string) => ({ name, url: `${base}/${repository}/resolve/main/${name}` });
  const weights = { candidates: repositoryNames.map(at), isOptional: false, sha256 };
  if (model.startsWith('timm/')) return [weights];
  return [weights, { candidates: [at(configName)], isOptional: true, sha256: null }];
}
