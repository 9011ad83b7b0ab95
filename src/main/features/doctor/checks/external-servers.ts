import { TrainyardError } from '../../../../shared/errors/error.ts';
import { TooLateError, within, wordsOf } from '../../../platform/deadline.ts';
import type { StoreEndpoints } from '../../../platform/endpoints.ts';
import { SchemaService } from '../../../postgres/schema/schema-service.ts';
import type { Observation, PlainCode } from '../findings.ts';

/** A server of the profile `external`, to be asked by its own protocol. */
export interface EndpointCheck {
  readonly name: keyof StoreEndpoints;
  /** Where it is, without credentials. */
  readonly place: string;
  /**
   * Asks once, with its credentials, for something small; answers what it said.
   * @throws TrainyardError `…_REFUSED_CREDENTIALS` (or `…_LOGIN_REFUSED`), `…_UNTRUSTED` (or `…_TLS`), `…_UNREACHABLE`: these have codes of
   * their own; of another TrainyardError the message is shown, of any other error only its kind
   */
  readonly probe: () => Promise<string>;
}

export interface StoreCheck {
  readonly store: keyof StoreEndpoints;
  readonly ok: boolean;
  /** Null if it is in order. */
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '');

/** What each server there is can be asked: to let us in, and to do something small. */
export function endpointChecks({ postgres, mongo, redis, s3, temporal }: StoreEndpoints): EndpointCheck[] {
  const check = (name: EndpointCheck['name'], place: string, probe: EndpointCheck['probe']) => [
    { name, place, probe },
  ];
  return [
    ...check('postgres', hostOf(postgres.url), async () => {
      const schema = new SchemaService({ databaseUrl: postgres.url, tls: postgres.tls });
      return `lets us in; its schema is at ${(await schema.current()).revision ?? 'nothing yet'}`;
    }),
    ...(mongo
      ? check('mongo', hostOf(mongo.url), async () => {
          const { openMongoDocuments } = await import('../../../stores/documents/mongo/document-store.ts');
          await using documents = await openMongoDocuments(mongo);
          await documents.count('model_registry');
          return 'lets us in and reads';
        })
      : []),
    ...(redis
      ? check('redis', hostOf(redis.url), async () => {
          const { openRedis } = await import('../../../stores/redis/redis.ts');
          await using stores = await openRedis(redis, () => undefined);
          await stores.cache.get('trainyard:check');
          return 'lets us in and reads';
        })
      : []),
    ...(s3
      ? check('s3', hostOf(s3.endpoint), async () => {
          const { checkS3 } = await import('../../../stores/objects/s3/object-store.ts');
          await checkS3(s3);
          return 'lets us in and lists';
        })
      : []),
    ...(temporal
      ? check('temporal', temporal.address, async () => {
          const { checkTemporal } = await import('../../../stores/temporal/connection.ts');
          await checkTemporal(temporal);
          return `lets us in; its namespace is ${temporal.namespace}`;
        })
      : []),
  ];
}

const storeMs = 8_000;

async function checkStore({ name: store, probe }: EndpointCheck): Promise<StoreCheck> {
  try {
    return { store, ok: true, code: null, message: await within(storeMs, probe()), hint: null };
  } catch (error) {
    if (error instanceof TrainyardError)
      return { store, ok: false, code: error.code, message: error.message, hint: error.hint };
    const isLate = error instanceof TooLateError;
    return {
      store,
      ok: false,
      code: isLate ? `${store.toUpperCase()}_UNREACHABLE` : 'STORE_FAILED',
      // A driver's own words may hold an address with its password.
      message: isLate ? `It does not answer within ${storeMs / 1000} s` : 'It fails with an unknown error',
      hint: isLate ? 'Start the server, or correct its address.' : 'See the server’s log.',
    };
  }
}

/** Asks every server there is, each for itself and all at once. Never rejects, and never names a credential. */
export const checkStores = (endpoints: StoreEndpoints): Promise<StoreCheck[]> =>
  Promise.all(endpointChecks(endpoints).map(checkStore));

function codeOf(error: unknown): PlainCode {
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

/** Asks each server of the profile `external` by its own protocol. */
export async function checkEndpoints(
  endpoints: () => readonly EndpointCheck[],
  timeoutMs = 5_000,
): Promise<Observation[]> {
  let known: readonly EndpointCheck[];
  try {
    known = endpoints();
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    return [{ code: 'ENDPOINTS_UNKNOWN', evidence: wordsOf(error) }];
  }
  const ask = async ({ name, place, probe }: EndpointCheck): Promise<Observation> => {
    try {
      const words = await within(timeoutMs, probe());
      return { code: 'ENDPOINT_OK', evidence: `${name} (${place}): ${words}` };
    } catch (error) {
      return { code: codeOf(error), evidence: `${name} (${place}): ${describe(error)}` };
    }
  };
  return Promise.all(known.map(ask));
}
