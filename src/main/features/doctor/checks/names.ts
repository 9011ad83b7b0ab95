import { lookup, Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { TooLateError, within, wordsOf } from '../../../platform/deadline.ts';
import { hasCode } from '../../../platform/error-code.ts';
import type { FindingCode } from '../findings.ts';
import type { Check } from '../ports.ts';
import type { InsideResult } from './containers.ts';

const lookupMs = 3_000;

/** Whether this machine has an address besides its own loopback and Docker's bridges. */
function isOnNetwork(): boolean {
  const own = /^(docker|br-|veth|virbr)/;
  return Object.entries(networkInterfaces()).some(
    ([name, addresses]) => !own.test(name) && addresses?.some(({ internal }) => !internal),
  );
}

/** Why a name was not found: asked of the name servers themselves, because the system's own answer does not tell. */
async function whyNot(resolver: Resolver, name: string): Promise<{ code: FindingCode; words: string }> {
  try {
    await within(lookupMs, resolver.resolve4(name));
    return { code: 'DNS_OK', words: '' };
  } catch (error) {
    const answered = hasCode(error, 'ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ENOTIMP', 'EFORMERR');
    if (answered) return { code: 'DNS_NAME_UNKNOWN', words: wordsOf(error) };
    if (hasCode(error, 'ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED') || error instanceof TooLateError)
      return { code: 'DNS_DEAD', words: wordsOf(error) };
    throw error;
  } finally {
    resolver.cancel();
  }
}

/** Looks the name up, as the system does. */
export async function findsName(name: string): Promise<boolean> {
  try {
    await within(lookupMs, lookup(name));
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA') || error instanceof TooLateError)
      return false;
    throw error;
  }
}

/** Whether names are found here. */
export function namesCheck(asked: () => Promise<string>, found: () => Promise<boolean>): Check {
  return {
    name: 'names',
    group: 'network',
    run: async () => {
      if (!isOnNetwork()) return [{ code: 'DNS_OFFLINE', evidence: '' }];
      const name = await asked();
      const resolver = new Resolver({ timeout: 1_000, tries: 2 });
      const servers = resolver.getServers().join(', ');
      if (await found()) return [{ code: 'DNS_OK', evidence: `${name} (${servers})` }];
      const { code, words } = await whyNot(resolver, name);
      return [{ code, evidence: `${name} (${servers}): ${words}` }];
    },
  };
}

/** Whether containers find a name that this machine finds. */
export function containerNamesCheck(
  asked: () => Promise<string>,
  found: () => Promise<boolean>,
  inside: () => Promise<InsideResult | null>,
): Check {
  return {
    name: 'container names',
    group: 'network',
    optional: true,
    run: async () => {
      const [here, seen] = await Promise.all([found(), inside()]);
      if (!here || !seen || !('inside' in seen)) return [];
      return [
        { code: seen.inside.foundName ? 'CONTAINER_DNS_OK' : 'CONTAINER_DNS_DEAD', evidence: await asked() },
      ];
    },
  };
}
