import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { chosenValue } from '../../../../shared/model/settings.ts';

/** Where Hugging Face's libraries keep what they keep. */
export function huggingFaceHome(environment: NodeJS.ProcessEnv): string {
  const caches = environment.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return environment.HF_HOME || path.join(caches, 'huggingface');
}

/**
 * The token of Hugging Face that stands in the environment, else the one that is set, else that of the file that `hf auth login` writes; null
 * without one.
 */
export async function hubToken(environment: NodeJS.ProcessEnv, set: string | null): Promise<string | null> {
  const given = chosenValue('hubToken', set, environment);
  if (given) return given;
  const file = environment.HF_TOKEN_PATH || path.join(huggingFaceHome(environment), 'token');
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() || null;
}

/** An address, and the account that stands in it as `name:password`; null without one. */
export function splitAccount(address: string): { readonly address: string; readonly account: string | null } {
  const url = URL.parse(address);
  if (!url || (url.username === '' && url.password === '')) return { address, account: null };
  const account = [url.username, url.password].map(decoded).join(':');
  url.username = '';
  url.password = '';
  return { address: url.href, account };
}

/** The account of the person's own address of the hub, for what lies there: a mirror that is named elsewhere does not get it. */
export function accountAt(
  hub: { readonly address: string; readonly account: string | null } | null,
  url: string,
): string | null {
  return hub?.account && URL.parse(url)?.origin === URL.parse(hub.address)?.origin ? hub.account : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
