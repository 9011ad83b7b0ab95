import { TrainyardError } from '../../../../shared/errors/error.ts';
import { TooLateError, within, wordsOf } from '../../../platform/deadline.ts';
import type { FindingCode } from '../findings.ts';
import type { Check, EndpointCheck, Observation } from '../ports.ts';

const answerMs = 5_000;

function codeOf(error: unknown): FindingCode {
  if (error instanceof TooLateError) return 'ENDPOINT_SILENT';
  if (!(error instanceof TrainyardError)) return 'ENDPOINT_FAILED';
  if (/_(REFUSED_CREDENTIALS|LOGIN_REFUSED)$/.test(error.code)) return 'ENDPOINT_REFUSED_CREDENTIALS';
  if (/_(UNTRUSTED|TLS)$/.test(error.code)) return 'ENDPOINT_UNTRUSTED';
  return error.code.endsWith('_UNREACHABLE') ? 'ENDPOINT_UNREACHABLE' : 'ENDPOINT_FAILED';
}

/** Another's error may hold an address with its password: only what kind it is. */
function describe(error: unknown): string {
  if (error instanceof TrainyardError || error instanceof TooLateError) return wordsOf(error);
  if (!(error instanceof Error)) return '';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}

async function ask({ name, place, probe }: EndpointCheck, timeoutMs: number): Promise<Observation> {
  const abort = new AbortController();
  try {
    const words = await within(timeoutMs, probe(abort.signal));
    return { code: 'ENDPOINT_OK', evidence: `${name} (${place}): ${words}` };
  } catch (error) {
    return { code: codeOf(error), evidence: `${name} (${place}): ${describe(error)}` };
  } finally {
    abort.abort();
  }
}

/** Asks each server of the profile `external` by its own protocol. */
export function endpointsCheck(endpoints: () => readonly EndpointCheck[], timeoutMs = answerMs): Check {
  return {
    name: 'endpoints',
    group: 'network',
    run: async () => {
      let known: readonly EndpointCheck[];
      try {
        known = endpoints();
      } catch (error) {
        if (!(error instanceof TrainyardError)) throw error;
        return [{ code: 'ENDPOINTS_UNKNOWN', evidence: wordsOf(error) }];
      }
      return Promise.all(known.map((endpoint) => ask(endpoint, timeoutMs)));
    },
  };
}
