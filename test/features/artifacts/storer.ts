import { createPool } from '../../../src/main/postgres/pool.ts';
import { openArtifacts } from './place.ts';

/** What an engine does about artifacts at its start, in a process that may be killed. Arguments: database URL and folder. */
const [url = '', folder = ''] = process.argv.slice(2);
const pool = createPool({ url }, { max: 2 });
const { artifacts } = await openArtifacts(pool, folder);
await artifacts.sweep();
await artifacts.idle();
await artifacts[Symbol.asyncDispose]();
await pool.end();
