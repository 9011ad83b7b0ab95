import type { Probe } from '../../domain/stack/ports.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Asks for the buckets, signed; the answer's head names the server, as S3 knows of no versions. */
export const probeS3: Probe = async ({ s3 }, signal) => {
  if (!s3) throw new TypeError('these endpoints have no S3');
  const [{ ListBucketsCommand }, { connectS3 }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../s3/client.ts'),
  ]);
  using connection = connectS3(s3, { attempts: 1 });
  const { client } = connection;
  let server = '';
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (typeof response === 'object' && response !== null && 'headers' in response) {
        const headers = new Map(Object.entries(response.headers ?? {}));
        server = String(headers.get('server') ?? '');
      }
      return result;
    },
    { step: 'deserialize' },
  );
  await unlessAborted(client.send(new ListBucketsCommand({}), { abortSignal: signal }), signal);
  return server;
};
