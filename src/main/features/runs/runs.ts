import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { RunCommands } from './commands.ts';
import { createRun } from './create-run.ts';
import { RunLoop } from './run-loop.ts';
import { RunNotifier } from './run-notifier.ts';
import { RunViews } from './run-views.ts';

/** What the runs' services are built from. */
export type RunsParts = Omit<
  ConstructorParameters<typeof RunNotifier>[0] &
    ConstructorParameters<typeof RunCommands>[0] &
    Parameters<typeof createRun>[0] &
    ConstructorParameters<typeof RunViews>[0] &
    ConstructorParameters<typeof RunLoop>[0],
  'notifier' | 'commands'
>;

/** Everything about runs but what their trainers wrote. */
export type Runs = ReturnType<typeof createRuns>;

/** Puts the runs' services together. Nothing happens until the loop is started. */
export function createRuns(parts: RunsParts) {
  const notifier = new RunNotifier(parts);
  const commands = new RunCommands({ ...parts, notifier });
  return {
    create: (userId: string, request: CreateRunInput) => createRun({ ...parts, notifier }, userId, request),
    commands,
    views: new RunViews(parts),
    loop: new RunLoop({ ...parts, notifier, commands }),
  };
}
