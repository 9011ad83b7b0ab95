import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Compiled code of earlier starts, beside the code that it is of: most of a start is the compiling of modules. Switched on before
// anything else is loaded; where nothing can be written here, Node compiles as ever.
enableCompileCache(path.join(import.meta.dirname, 'compiled'));
const { runCli, translate } = await import('./cli/program.ts');

// Whoever reads our output may have enough of it (`| head`).
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  // Nobody should take what came for all of it.
  process.stderr.write(
    `${translate('The output could not be written', '출력을 쓸 수 없습니다')}: ${error.message}\n`,
    () => process.exit(1),
  );
});

// A closed terminal must not end a command in the middle of what it does.
process.stderr.on('error', () => {});

const exitCode = await runCli(process.argv.slice(2));
// What was written goes out before the end, and nothing that a command left open keeps the process.
process.stdout.write('', (error) => {
  if (!error) process.stderr.write('', () => process.exit(exitCode));
});
