// A process that upgrades one database: node upgrader.ts URL [FOLDER]. Prints the revisions that it went through.
import { createSchemaService } from '../../../src/main/postgres/schema/create-schema-service.ts';

const [databaseUrl = '', folder] = process.argv.slice(2);
const schema = createSchemaService({ databaseUrl, ...(folder ? { folder } : {}) });
const { done } = await schema.upgrade();
console.log(JSON.stringify(done));
