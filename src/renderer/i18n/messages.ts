import { artifacts } from './texts/artifacts.ts';
import { backupDestinations } from './texts/backup-destinations.ts';
import { backupEncryption } from './texts/backup-encryption.ts';
import { backupSchedule } from './texts/backup-schedule.ts';
import { backups } from './texts/backups.ts';
import { data } from './texts/data.ts';
import { database } from './texts/database.ts';
import { doctor } from './texts/doctor.ts';
import { fieldHelp } from './texts/field-help.ts';
import { form } from './texts/form.ts';
import { inbox } from './texts/inbox.ts';
import { labels } from './texts/labels.ts';
import { predict } from './texts/predict.ts';
import { runs } from './texts/runs.ts';
import { settings } from './texts/settings.ts';
import { shell } from './texts/shell.ts';
import { stack } from './texts/stack.ts';
import { templates } from './texts/templates.ts';
import type { Text, Texts } from './texts/text.ts';
import { weights } from './texts/weights.ts';

const texts = {
  ...shell,
  ...data,
  ...inbox,
  ...labels,
  ...runs,
  ...artifacts,
  ...predict,
  ...form,
  ...templates,
  ...fieldHelp,
  ...stack,
  ...doctor,
  ...weights,
  ...backups,
  ...backupEncryption,
  ...backupDestinations,
  ...backupSchedule,
  ...database,
  ...settings,
};

/** Every text of a language by its key. */
export type Messages<Part = typeof texts> = {
  readonly [Key in keyof Part]: Part[Key] extends Text ? string : Messages<Part[Key]>;
};

interface Plain {
  readonly [key: string]: string | Plain;
}

const isPair = (text: Text | Texts): text is readonly [string, string] => Array.isArray(text);

function inLanguage(part: Texts, language: 0 | 1): Plain {
  const entries = Object.entries(part).flatMap(([key, text]): [string, string | Plain][] => {
    if (isPair(text)) return [[key, text[language]]];
    if (typeof text === 'string') return language === 0 ? [[key, text]] : [];
    return [[key, inLanguage(text, language)]];
  });
  return Object.fromEntries(entries);
}

export const [en, ko] = [inLanguage(texts, 0), inLanguage(texts, 1)];
