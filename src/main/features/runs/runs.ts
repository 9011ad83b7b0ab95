import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { runCommands } from './commands.ts';
import { createRun } from './create-run.ts';
import { RunLoop } from './run-loop.ts';
import { runNotifier } from './run-notifier.ts';
import { runViews } from './run-views.ts';

/** What the runs' services are built from. */
export type RunsParts = Omit<
  Parameters<typeof runNotifier>[0] &
    Parameters<typeof runCommands>[0] &
    Parameters<typeof createRun>[0] &
    Parameters<typeof runViews>[0] &
    ConstructorParameters<typeof RunLoop>[0],
  'notifier' | 'commands'
>;

/** Everything about runs but what their trainers wrote. */
export type Runs = ReturnType<typeof createRuns>;

/** Puts the runs' services together. Nothing happens until the loop is started. */
export function createRuns(parts: RunsParts) {
  const notifier = runNotifier(parts);
  const commands = runCommands({ ...parts, notifier });
  return {
    create: (userId: string, request: CreateRunInput) => createRun({ ...parts, notifier }, userId, request),
    commands,
    views: runViews(parts),
    loop: new RunLoop({ ...parts, notifier, commands }),
  };
}
