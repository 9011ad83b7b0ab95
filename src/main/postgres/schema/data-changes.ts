import type { MigrationText } from './migration-files.ts';
import { type AppliedRevision, revisionOf } from './plan.ts';

/** What a migration is about to do to rows that are there. */
export interface DataChange {
  readonly direction: 'up' | 'down';
  /** The revision that the database has. */
  readonly from: string;
  /** Those to go through that change data, in their order. */
  readonly revisions: readonly string[];
}

/** A line of a revision's up or down that says so; needed where its statements do not show it, and asked for where they do. */
export const dataMark = '-- changes-data';
const markLine = new RegExp(`^${dataMark}$`, 'm');

/** What says nothing of a statement: comments, texts, and bodies of functions, which run later. */
const noise = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/g;

/** Statements that leave every row as it was. */
const harmless = [
  /^CREATE\b/i,
  /^(COMMENT ON|GRANT|REVOKE|SET)\b/i,
  /^DROP (INDEX|TRIGGER|FUNCTION|PROCEDURE|POLICY|RULE|VIEW|STATISTICS)\b/i,
  /^ALTER (INDEX|FUNCTION|PROCEDURE|TRIGGER|VIEW|SEQUENCE|POLICY)\b/i,
  /^ALTER TABLE\b(?![\s\S]*\bDROP\s+(?!CONSTRAINT\b|DEFAULT\b|NOT\b|IDENTITY\b))(?![\s\S]*\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:SET\s+(?:DATA\s+TYPE|EXPRESSION)|TYPE)\b)(?![\s\S]*\b(?:DETACH|ATTACH)\s+PARTITION\b)/i,
];

/** Whether the statements of an up or a down change or remove rows. What is not known to leave them alone does. */
export function changesRows(sql: string): boolean {
  const statements = sql
    .replaceAll(noise, ' ')
    .split(';')
    .map((one) => one.trim().replaceAll(/\s+/g, ' '));
  return statements.some((one) => one !== '' && !harmless.some((pattern) => pattern.test(one)));
}

export const isMarked = (sql: string) => markLine.test(sql);

/**
 * What going through revisions changes; null where no row is changed, or where there are none yet.
 * @param names in the order in which they are gone through
 */
export function dataChangeOf(
  files: readonly MigrationText[],
  applied: readonly AppliedRevision[],
  direction: 'up' | 'down',
  names: readonly string[],
): DataChange | null {
  const newest = applied.at(-1);
  if (!newest) return null;
  const texts = new Map(files.map((file) => [file.name, file[direction]]));
  const revisions = names
    .filter((name) => {
      const text = texts.get(name) ?? '';
      return isMarked(text) || changesRows(text);
    })
    .map(revisionOf);
  return revisions.length > 0 ? { direction, from: revisionOf(newest.name), revisions } : null;
}
