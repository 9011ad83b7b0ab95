import { useMemo } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { useFormat } from '../format/use-format.ts';
import { useNow } from '../format/use-now.ts';

/** Time spent in attempts; it goes on while the run does. */
export function RunDuration({ run }: { readonly run: Pick<RunSummary, 'status' | 'durationMs'> }) {
  return run.status === 'running' && run.durationMs !== null ? (
    <Ticking milliseconds={run.durationMs} />
  ) : (
    <Still milliseconds={run.durationMs} />
  );
}

function Still({ milliseconds }: { readonly milliseconds: number | null }) {
  const format = useFormat();
  return <span className="tabular">{milliseconds === null ? '–' : format.duration(milliseconds)}</span>;
}

/** Goes on from the engine's sum: pauses between attempts are no part of it, so that no start time gives it. */
function Ticking({ milliseconds }: { readonly milliseconds: number }) {
  const now = useNow();
  const known = useMemo(() => ({ milliseconds, at: Date.now() }), [milliseconds]);
  return <Still milliseconds={known.milliseconds + Math.max(0, now - known.at)} />;
}
