import { startEngine, temporaryHome } from '../support/engine.ts';
import { cpuWithEnded, databaseProcesses, processUse } from '../support/processes.ts';
import type { Row } from './table.ts';

const quietMs = 15_000;
/** Of one core, the engine and its PostgreSQL together. */
const mostShare = 0.003;

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

/** An engine on its own PostgreSQL with nothing to do: its share of a processor, its wake-ups, its memory. */
export async function benchIdle({ seconds = 60 } = {}): Promise<Row[]> {
  await using state = await temporaryHome();
  await using engine = await startEngine(state.home);
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  const database = await databaseProcesses(state.home);
  // What the first process of PostgreSQL forked meanwhile counts once it has ended.
  const used = () => ({
    engine: cpuWithEnded(engine.pid),
    database: database.reduce((sum, pid, index) => {
      const own = index === 0 ? cpuWithEnded(pid) : (processUse(pid)?.cpuMs ?? 0);
      return sum + own;
    }, 0),
    waits: processUse(engine.pid)?.waits ?? Number.NaN,
  });
  const before = used();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = used();
  const shareOf = (name: 'engine' | 'database') => (after[name] - before[name]) / (seconds * 1000);
  const share = shareOf('engine') + shareOf('database');
  const memory = (pids: readonly number[]) =>
    pids.reduce((sum, pid) => sum + (processUse(pid)?.bytes ?? 0), 0);
  return [
    {
      name: 'an engine with its PostgreSQL that has nothing to do: share of a core',
      ratio: null,
      goal: `under ${percent(mostShare)}`,
      met: share < mostShare,
      control: null,
      detail:
        `${percent(share)}: engine ${percent(shareOf('engine'))}, PostgreSQL ${percent(shareOf('database'))}; ` +
        `${((after.waits - before.waits) / seconds).toFixed(1)} wake-ups a second of the engine; ` +
        `memory ${megabytes(memory([engine.pid]))} and ${megabytes(memory(await databaseProcesses(state.home)))}; ${seconds} s`,
    },
  ];
}
