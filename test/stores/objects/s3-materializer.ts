import type { S3Endpoint } from '../../../src/main/platform/endpoints.ts';
import { openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';

/** Fetches objects into a cache and may be killed at it. The environment has the endpoint; the arguments are the folder and the keys. */
const [folder = '', ...keys] = process.argv.slice(2);
const endpoint: S3Endpoint = JSON.parse(process.env.TEST_S3_ENDPOINT ?? '');
await using store = await openS3Objects(endpoint, folder);
await store.materialize('datasets', keys);
