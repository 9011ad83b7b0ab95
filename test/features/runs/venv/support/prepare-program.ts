import { TrainerEnvironment } from '../../../../../src/main/features/runs/venv/trainer-environment.ts';

/** Prepares an environment as an engine of its own would; each line goes to standard output. Its arguments are the state folder and the trainer's. */
const [home = '', trainer = ''] = process.argv.slice(2);
const environment = new TrainerEnvironment({
  ...{ home, trainer, environment: process.env },
  choices: () => ({ python: null, wheels: null, index: null }),
});
const ready = await environment.prepare({
  report: (line) => process.stdout.write(`${typeof line === 'string' ? line : line.en}\n`),
});
process.stdout.write(`python ${ready.python}\n`);
