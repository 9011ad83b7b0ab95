// A process that upgrades one database: node upgrader.ts URL [FOLDER]. Prints the revisions that it went through.
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';

const [databaseUrl = '', folder] = process.argv.slice(2);
const schema = new SchemaService({ databaseUrl, ...(folder ? { folder } : {}) });
const { done } = await schema.upgrade();
console.log(JSON.stringify(done));
