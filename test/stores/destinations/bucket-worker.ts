// Copies one snapshot to or from a bucket in a process of its own, which a test kills: `node bucket-worker.ts JSON`.

import { z } from 'zod';
import { receiveSnapshot } from '../../../src/main/stores/destinations/receive.ts';
import { bucketSource } from '../../../src/main/stores/destinations/sources.ts';
import { uploadSnapshot } from '../../../src/main/stores/destinations/upload.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';

const endpoint = z.object({
  ...{ endpoint: z.string(), region: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() },
  ...{ bucketPrefix: z.string(), tls: z.null() },
});
const named = z.object({ bucket: z.string(), prefix: z.string() });
const asked = z
  .union([
    z.object({ endpoint, place: named, upload: z.string() }),
    z.object({ endpoint, place: named, receive: z.string(), into: z.string() }),
  ])
  .parse(JSON.parse(process.argv[2] ?? ''));
using connection = connectS3(asked.endpoint);
const place = { connection, ...asked.place, signal: new AbortController().signal, tries: 6 };
if ('upload' in asked) await uploadSnapshot(asked.upload, place, () => undefined);
else await receiveSnapshot(bucketSource(place, asked.receive), asked.into, () => undefined);
