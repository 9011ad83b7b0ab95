// A process that migrates one database: node upgrader.ts URL [FOLDER [down]]. Prints the revisions that it went through.
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';

const [databaseUrl = '', folder = '', direction = 'up'] = process.argv.slice(2);
const schema = new SchemaService({ databaseUrl, ...(folder === '' ? {} : { folder }) });
const { done } = await (direction === 'down' ? schema.downgrade('-1') : schema.upgrade());
console.log(JSON.stringify(done));
