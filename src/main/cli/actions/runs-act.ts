import type { RunSummary } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import type { CommonOptions } from '../define.ts';
import { remarkDisk } from '../disk-remark.ts';
import { findRun } from '../find-run.ts';
import { formatStatus, shortId } from '../format.ts';
import { translate } from '../language.ts';
import { writeJson, writeLine } from '../output.ts';
import { ReconnectingClient } from '../reconnecting-client.ts';
import { follow, waitForEnd } from './runs-follow.ts';

export interface RunsCancelOptions {
  readonly grace: number;
  readonly wait?: true;
}

export interface RunsAgainOptions {
  readonly follow?: true;
}

async function print(run: RunSummary, options: CommonOptions): Promise<void> {
  if (options.json) return writeJson(run);
  const asked =
    run.cancelRequested && !isEnded(run.status) ? translate(', asked to stop', ', 멈추는 중') : '';
  await writeLine(`${shortId(run.id)} ${run.name}: ${formatStatus(run.status)}${asked}`);
}

/** Asks a run to stop; with `--wait` until it has. */
export async function cancelRun(
  options: RunsCancelOptions & CommonOptions,
  reference: string,
): Promise<undefined> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  const graceMs = Math.round(options.grace * 1000);
  const asked = await client.askOnce((api) => api.runs.cancel({ run, graceMs }));
  await print(options.wait ? await waitForEnd(client, run) : asked, options);
}

/** A further attempt of a run; with `--follow` it ends as the run does. */
export async function runAgain(
  verb: 'resume' | 'retry',
  options: RunsAgainOptions & CommonOptions,
  reference: string,
): Promise<number | undefined> {
  using client = await ReconnectingClient.open();
  const run = await client.ask((api) => findRun(api, reference));
  // What stands in the journal already is not of this attempt.
  const { lastSeq: after } = await client.ask((api) => api.runs.show({ run }));
  const asked = await client.askOnce((api) => api.runs[verb]({ run }));
  remarkDisk(await client.ask((api) => api.system.disk()));
  await print(asked, options);
  if (options.follow) return await follow(client, run, { after, json: options.json ?? false });
}
