import { ChangeFeed } from '../../../../src/main/features/changes/change-feed.ts';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { s3Inbox } from '../../../../src/main/features/inbox/bucket/s3-inbox.ts';
import { Inbox } from '../../../../src/main/features/inbox/inbox.ts';
import { Db } from '../../../../src/main/postgres/db.ts';
import { createPool } from '../../../../src/main/postgres/pool.ts';

/** Dismisses or restores a drop in a process that may be killed. Arguments: database URL, endpoint as JSON, the verb, the drop's name. */
const [url, endpoint, verb, name] = process.argv.slice(2);
if (!url || !endpoint || !name || (verb !== 'dismiss' && verb !== 'restore'))
  throw new Error('a database, an endpoint, a verb and a name are wanted');
const pool = createPool({ url });
const inbox = new Inbox({
  db: new Db(pool),
  bucket: s3Inbox(JSON.parse(endpoint)),
  watch: null,
  changes: new ChangeFeed(),
  audit: async () => {},
});
await inbox[verb](localOwnerId, name);
await pool.end();
