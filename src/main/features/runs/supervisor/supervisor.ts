import { enableCompileCache } from 'node:module';
import path from 'node:path';

// As the CLI does: most of a start is the compiling of modules. Where nothing can be written there, and of sources, Node compiles as ever.
if (import.meta.filename.endsWith('.js')) enableCompileCache(path.join(import.meta.dirname, 'compiled'));
const { runSupervisor } = await import('./supervise.ts');
process.exit(await runSupervisor(process.argv.slice(2)));
