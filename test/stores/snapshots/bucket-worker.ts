// Copies one snapshot to or from a bucket in a process of its own, which a test kills: `node bucket-worker.ts JSON`.

import { z } from 'zod';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { downloadSnapshot, uploadSnapshot } from '../../../src/main/stores/snapshots/bucket-copies.ts';

const endpoint = z.object({
  ...{ endpoint: z.string(), region: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() },
  ...{ bucketPrefix: z.string(), tls: z.null() },
});
const place = z.object({ bucket: z.string(), prefix: z.string() });
const asked = z
  .union([
    z.object({ endpoint, place, upload: z.string() }),
    z.object({ endpoint, place, download: z.string(), into: z.string() }),
  ])
  .parse(JSON.parse(process.argv[2] ?? ''));
using connection = connectS3(asked.endpoint);
if ('upload' in asked) await uploadSnapshot(asked.upload, connection, asked.place, () => undefined);
else await downloadSnapshot(connection, asked.place, asked.download, asked.into, () => undefined);
