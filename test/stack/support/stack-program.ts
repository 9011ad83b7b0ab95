// Runs a verb on the stack of a state folder in a process that a test can kill: stack-program.ts HOME VERB [SERVICE…]
import type { EnsureStep } from '../../../src/main/stack/ensure/steps.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { serviceNames } from '../../../src/shared/model/stack.ts';
import { makeStack } from './stack.ts';

const [home = '', verb = '', ...names] = process.argv.slice(2);
const services = serviceNames.filter((name) => names.includes(name));
const steps: EnsureStep[] = serviceNames.map((service) => ({
  name: 'nothing',
  service,
  run: async () => '',
}));
const stack = makeStack(home, { steps });
const onProgress = (changes: object) => process.stdout.write(`${JSON.stringify(changes)}\n`);

async function run() {
  switch (verb) {
    case 'up':
      return stack.up({ services, onProgress });
    case 'down':
      return stack.down({ services, onProgress });
    case 'restart':
      return stack.restart({ services, onProgress });
    case 'destroy':
      return stack.destroy({ name: (await stack.identity())?.name ?? '', services: [], onProgress });
    default:
      return stack.status();
  }
}

try {
  process.stdout.write(`${JSON.stringify({ state: await run() })}\n`);
} catch (error) {
  const code = error instanceof TrainyardError ? error.code : null;
  process.stderr.write(`${JSON.stringify({ code, message: String(error) })}\n`);
  process.exitCode = 1;
}
