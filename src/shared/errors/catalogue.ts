import { backupEncryptionErrors } from './backup-encryption.ts';
import { backupScheduleErrors } from './backup-schedule.ts';
import { cliErrors } from './cli.ts';
import { databaseErrors } from './database.ts';
import { exportErrors } from './dataset-exports.ts';
import { datasetFindings } from './dataset-findings.ts';
import { datasetErrors } from './datasets.ts';
import { destinationErrors } from './destinations.ts';
import { dockerErrors } from './docker.ts';
import { doctorErrors } from './doctor.ts';
import { doctorDockerErrors } from './doctor-docker.ts';
import { embeddedDatabaseErrors } from './embedded-database.ts';
import { engineErrors, engineStartErrors } from './engine.ts';
import {
  type Bilingual,
  type Entry,
  fill,
  namedIn,
  type Parameter,
  type ParametersOf,
  type Reader,
} from './entry.ts';
import { type ErrorOptions, type ErrorRecord, errorMessage, TrainyardError } from './error.ts';
import { inboxErrors } from './inbox.ts';
import { jobErrors } from './jobs.ts';
import { labelFindings } from './label-findings.ts';
import { machineErrors } from './machine.ts';
import { metricMonthErrors } from './metric-months.ts';
import { objectErrors } from './objects.ts';
import { pageErrors } from './page.ts';
import { plainFileErrors } from './plain-files.ts';
import { predictionErrors } from './predictions.ts';
import { projectErrors } from './projects.ts';
import { runErrors } from './runs.ts';
import { s3SourceErrors } from './s3-sources.ts';
import { scriptErrors } from './scripts.ts';
import { serverErrors } from './server.ts';
import { settingErrors } from './settings.ts';
import { snapshotErrors } from './snapshots.ts';
import { stackErrors } from './stack.ts';
import { stateFolderErrors } from './state-folder.ts';
import { storeServerErrors } from './store-servers.ts';
import { storeErrors } from './stores.ts';
import { templateErrors } from './templates.ts';
import { trainerEnvironmentErrors } from './trainer-environment.ts';
import { trainingErrors, trainingRisks } from './training.ts';
import { upgradeErrors } from './upgrade.ts';
import { weightsErrors } from './weights.ts';
import { withoutAccounts } from './without-accounts.ts';

/** Every error that has a code of ours, by its code. */
export const catalogue = {
  ...doctorErrors,
  ...doctorDockerErrors,
  ...snapshotErrors,
  ...backupEncryptionErrors,
  ...backupScheduleErrors,
  ...destinationErrors,
  ...stackErrors,
  ...upgradeErrors,
  ...dockerErrors,
  ...cliErrors,
  ...datasetErrors,
  ...exportErrors,
  ...datasetFindings,
  ...engineErrors,
  ...engineStartErrors,
  ...inboxErrors,
  ...jobErrors,
  ...labelFindings,
  ...pageErrors,
  ...plainFileErrors,
  ...predictionErrors,
  ...projectErrors,
  ...templateErrors,
  ...runErrors,
  ...s3SourceErrors,
  ...scriptErrors,
  ...serverErrors,
  ...settingErrors,
  ...databaseErrors,
  ...metricMonthErrors,
  ...embeddedDatabaseErrors,
  ...machineErrors,
  ...objectErrors,
  ...stateFolderErrors,
  ...storeErrors,
  ...storeServerErrors,
  ...trainerEnvironmentErrors,
  ...trainingErrors,
  ...trainingRisks,
  ...weightsErrors,
};

export type ErrorCode = keyof typeof catalogue;
/** What the sentences of a code name. */
export type ErrorParameters<Code extends ErrorCode> = ParametersOf<(typeof catalogue)[Code]>;

const entries: Readonly<Record<string, Entry>> = catalogue;

/** The error of a code, with what its sentences name. */
export function fault<Code extends ErrorCode>(
  code: Code,
  parameters: ErrorParameters<Code>,
  options: ErrorOptions = {},
): TrainyardError {
  const entry: Entry = catalogue[code];
  const { status, field } = entry;
  // An address that a person set may have their password in it, and errors are kept and shown.
  const named = Object.entries(namedIn(entry, parameters));
  const shown = Object.fromEntries(named.map(([name, one]) => [name, safe(one)]));
  const { message, hint } = english(code, shown);
  return new TrainyardError(code, message, hint, {
    status,
    ...(field === undefined ? {} : { place: { field } }),
    ...options,
    // What no sentence names stays here: it may be a driver's text that nobody looked at for secrets.
    parameters: shown,
  });
}

function safe(parameter: Parameter): Parameter {
  if (typeof parameter === 'number') return parameter;
  if (typeof parameter === 'string') return withoutAccounts(parameter);
  return { en: withoutAccounts(parameter.en), ko: withoutAccounts(parameter.ko) };
}

/** The English sentences of a code, for findings that nobody throws. */
export function english(
  code: ErrorCode,
  parameters: Readonly<Record<string, Parameter>>,
): { readonly message: string; readonly hint: string } {
  const [message, hint] = catalogue[code].en;
  return { message: fill(message, parameters, 'en') ?? message, hint: fill(hint, parameters, 'en') ?? hint };
}

/** Message and hint of an error in a language, for whoever reads it; as they were sent or kept where the catalogue does not know it, or lacks what it names. */
export function inLanguage(
  { code, message, hint, parameters = {} }: ErrorRecord,
  language: keyof Bilingual,
  reader: Reader = 'cli',
): { readonly message: string; readonly hint: string } {
  const known = Object.hasOwn(entries, code) ? entries[code] : undefined;
  // English, they are as they were sent.
  if (!known || (language === 'en' && reader === 'cli')) return { message, hint };
  const [ownMessage, ownHint] = known[language].map((sentence) =>
    fill(sentence, parameters, language, reader),
  );
  if (typeof ownMessage !== 'string' || typeof ownHint !== 'string') return { message, hint };
  return language === 'en' ? { message, hint: ownHint } : { message: ownMessage, hint: ownHint };
}

/** What any error says, in both languages: for an error that names it as its cause. @param otherHint the hint of what is none of ours */
export function inBoth(
  error: unknown,
  otherHint: Bilingual = { en: '', ko: '' },
): { readonly message: Bilingual; readonly hint: Bilingual } {
  if (!(error instanceof TrainyardError))
    return { message: { en: errorMessage(error), ko: errorMessage(error) }, hint: otherHint };
  const korean = inLanguage(error.record, 'ko');
  return { message: { en: error.message, ko: korean.message }, hint: { en: error.hint, ko: korean.hint } };
}
