import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/main/cli/program.ts';
import { catalogue } from '../../src/shared/errors/catalogue.ts';

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}`.trim() : command.name();
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

const commands = leaves(await createProgram(null)).map((command) => [nameOf(command), command] as const);

test('every command of the product is there', () => {
  expect(commands.map(([name]) => name.replace('trainyard ', '')).sort()).toEqual([
    'backup create',
    'backup destination add',
    'backup destination copy',
    'backup destination keep',
    'backup destination list',
    'backup destination remove',
    'backup destination show',
    'backup destination test',
    'backup discard',
    'backup download',
    'backup drill',
    'backup encryption off',
    'backup encryption prove',
    'backup encryption set-up',
    'backup encryption show',
    'backup export',
    'backup import',
    'backup list',
    'backup prune',
    'backup restore',
    'backup revert',
    'backup schedule off',
    'backup schedule on',
    'backup schedule set',
    'backup schedule show',
    'backup show',
    'backup upload',
    'backup verify',
    'dataset cancel',
    'dataset export',
    'dataset import',
    'dataset inbox dismiss',
    'dataset inbox list',
    'dataset inbox restore',
    'dataset list',
    'dataset show',
    'dataset statistics',
    'dataset validate',
    'db check',
    'db current',
    'db downgrade',
    'db history',
    'db partitions attach',
    'db partitions detach',
    'db partitions drop',
    'db partitions keep',
    'db partitions list',
    'db revision',
    'db upgrade',
    'doctor',
    'models executors',
    'models list',
    'open',
    'predict',
    'profile check',
    'profile external',
    'profile show',
    'profile use',
    'project create',
    'project list',
    'project show',
    'runs cancel',
    'runs compare',
    'runs export',
    'runs follow',
    'runs list',
    'runs logs',
    'runs metrics',
    'runs resume',
    'runs retry',
    'runs show',
    'serve',
    'settings list',
    'settings set',
    'settings unset',
    'stack destroy',
    'stack down',
    'stack logs',
    'stack migrate',
    'stack restart',
    'stack status',
    'stack up',
    'templates list',
    'templates remove',
    'templates save',
    'templates show',
    'train',
    'upgrade apply',
    'upgrade plan',
    'weights add',
    'weights list',
    'weights pull',
    'weights remove',
    'weights show',
  ]);
});

test.each(commands)('%s has an example of itself, --json and what it prints', (name, command) => {
  const help = helpOf(command);
  expect(help).toMatch(new RegExp(`Examples?:\n  ${name}`));
  expect(help).toContain('--json ');
  expect(help).toMatch(/With --json: \S/);
});

test.each(commands)('the examples of %s are lines that it takes', async (name, command) => {
  const examples = helpOf(command)
    .split('\n')
    .filter((line) => line.startsWith(`  ${name}`));
  for (const example of examples) {
    const words = example.trim().match(/"[^"]*"|\S+/g) ?? [];
    const argv = words.slice(1).map((word) => word.replaceAll('"', ''));
    const program = await createProgram(argv);
    for (const leaf of leaves(program)) leaf.action(() => {});
    expect(() => program.parse(argv, { from: 'user' }), example).not.toThrow();
  }
});

test('a hint names commands and options that there are', async () => {
  const program = await createProgram(null);
  const wrong = Object.values(catalogue).flatMap(({ en, ko }) =>
    [en[1], ko[1]].flatMap((hint) =>
      [...hint.matchAll(/trainyard ([^"”`\])]+)/g)].flatMap(([typed, rest = '']) => {
        const words = rest.split(/[\s,;]+/);
        let command: Command = program;
        for (const word of words) {
          const next = command.commands.find((one) => one.name() === word);
          if (!next) break;
          command = next;
        }
        const flags = words.filter((word) => /^--[a-z]/.test(word));
        const isKnown = (flag: string) => command.options.some(({ long }) => long === flag);
        return command !== program && flags.every(isKnown) ? [] : [typed];
      }),
    ),
  );
  expect(wrong).toEqual([]);
});
