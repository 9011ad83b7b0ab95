import { readFile } from 'node:fs/promises';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { openClient, parseEndpoint, type S3Connection } from './client.ts';

/** Which server somebody means; what is null, the environment and the AWS files say. */
export interface AwsPlace {
  readonly endpoint: string | null;
  /** A section of the AWS files. */
  readonly profile: string | null;
}

/** Where nobody names a region: AWS's first, and the one that other servers call theirs. */
const usualRegion = 'us-east-1';

/**
 * A client that finds server, region and credentials as every program of AWS does: `AWS_…` in the environment, the files of `~/.aws`, a
 * sign-in, the machine's role. Credentials that expire are renewed as the client needs them.
 * @throws TrainyardError S3_ENDPOINT_INVALID, S3_CREDENTIALS_MISSING, S3_CREDENTIALS_EXPIRED, S3_CA_UNREADABLE
 */
export async function connectAws({ endpoint, profile }: AwsPlace): Promise<S3Connection> {
  const url = endpoint === null ? null : parseEndpoint(endpoint);
  // Else what is changed in the files would count after the engine's next start only.
  await loadSharedConfigFiles({ ignoreCache: true });
  const named = profile === null ? {} : { profile };
  const ca = await caBundle();
  const region = await regionOf(named);
  const opened = openClient(
    { ...named, region, ...(url ? { endpoint: url.href } : {}) },
    ca === null ? null : { ca },
  );
  const { client } = opened;
  let place = url?.host ?? 'Amazon S3';
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (typeof request === 'object' && request && 'hostname' in request) place = placeOf(request);
      return next(args);
    },
    { step: 'finalizeRequest' },
  );
  try {
    const { accessKeyId, secretAccessKey } = await client.config.credentials();
    return {
      ...opened,
      endpoint: {
        endpoint: url?.href ?? '',
        region,
        accessKeyId,
        secretAccessKey,
        bucketPrefix: '',
        tls: null,
      },
      get place() {
        return place;
      },
      nameOf: (bucket) => bucket,
    };
  } catch (error) {
    opened[Symbol.dispose]();
    throw withoutCredentials(error, profile);
  }
}

const placeOf = (request: { readonly hostname: unknown; readonly port?: unknown }) =>
  request.port === undefined ? String(request.hostname) : `${request.hostname}:${request.port}`;

async function regionOf(named: { readonly profile?: string }): Promise<string> {
  using asked = openClient(named, null);
  return asked.client.config.region().catch(() => usualRegion);
}

/** The certificates to trust in place of the system's, which AWS's own programs are given by this variable. */
async function caBundle(): Promise<string | null> {
  const file = process.env.AWS_CA_BUNDLE ?? '';
  if (file === '') return null;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fault('S3_CA_UNREADABLE', { file }, { cause: error });
  }
}

/** What the AWS client says is not passed on: it may name what it read. */
function withoutCredentials(error: unknown, profile: string | null): TrainyardError {
  const where = profile === null ? '' : { en: ` in the profile "${profile}"`, ko: `(프로필 "${profile}")` };
  return /expired/i.test(String(error))
    ? fault('S3_CREDENTIALS_EXPIRED', { where })
    : fault('S3_CREDENTIALS_MISSING', { where });
}
