import type { Bilingual } from '../../../shared/errors/entry.ts';

/** What has its own place in a snapshot's folder, so that no part of the manifest may name it. */
const ownNames = /^(manifest\.json|verified\.json|objects\/.*)$/;
/** Each makes a table; no snapshot has so many. */
const mostMonths = 1200;

type Named = readonly { readonly name: string }[];

/** What of a manifest names files and other things. */
interface Contents {
  readonly format: number;
  readonly encryption?: {
    readonly key: string | null;
    readonly contents: { readonly file: string };
    readonly details: string;
  };
  readonly database: {
    readonly tables: readonly {
      readonly name: string;
      readonly columns: readonly string[];
      readonly parts: readonly { readonly file: string }[];
    }[];
    readonly archive?:
      | {
          readonly contents: string;
          readonly rows: readonly { readonly file: string }[];
        }
      | null
      | undefined;
    readonly sequences: Named;
    readonly months: readonly string[];
  };
  readonly documents: readonly { readonly name: string; readonly file: string; readonly metadata: string }[];
  readonly keys: { readonly file: string } | null;
  readonly objects: { readonly index: string; readonly buckets: Named };
  readonly settings: string;
  readonly files: readonly { readonly path: string }[];
}

/**
 * What contradicts itself in a manifest whose every field is in order, or null: each file and each thing that a restore fills is named
 * once, so that no reader of it takes another one than the next.
 */
export function contradictionIn({
  format,
  encryption,
  database,
  documents,
  keys,
  objects,
  settings,
  files,
}: Contents): Bilingual | null {
  const { tables, sequences, months } = database;
  const used = [
    ...tables.flatMap(({ parts }) => parts.map(({ file }) => file)),
    ...(database.archive
      ? [database.archive.contents, ...database.archive.rows.map(({ file }) => file)]
      : []),
    ...documents.flatMap(({ file, metadata }) => [file, metadata]),
    ...(keys ? [keys.file] : []),
    ...[objects.index, settings],
    ...(encryption ? [encryption.details, encryption.contents.file] : []),
    ...(encryption?.key ? [encryption.key] : []),
  ];
  if ((format === 3) !== (encryption !== undefined))
    return { en: `it has format ${format}`, ko: `형식 번호가 ${format}입니다` };
  const described = files.map(({ path }) => path);
  for (const names of [
    ...[described, used],
    ...[tables, sequences, documents, objects.buckets].map((things) => things.map(({ name }) => name)),
    ...tables.map(({ columns }) => columns),
    months,
  ]) {
    const twice = repeated(names);
    if (twice !== null) return { en: `${twice} is in it twice`, ko: `${twice} 항목이 두 번 나옵니다` };
  }
  const own = described.find((name) => ownNames.test(name));
  if (own !== undefined) return { en: `${own} is no part of it`, ko: `${own} 파일은 나열 대상이 아닙니다` };
  const [all, wanted] = [new Set(described), new Set(used)];
  const missing = used.find((name) => !all.has(name));
  if (missing !== undefined)
    return { en: `it does not describe ${missing}`, ko: `${missing} 파일의 정보가 없습니다` };
  const idle = described.find((name) => !wanted.has(name));
  if (idle !== undefined) return { en: `nothing uses ${idle}`, ko: `${idle} 파일을 쓰는 곳이 없습니다` };
  const list = encryption?.contents.file;
  const wrong = described.find((name) => name.endsWith('.age') !== (list !== undefined && name !== list));
  if (wrong !== undefined)
    return {
      en: `${wrong} is not as it should be encrypted`,
      ko: `${wrong} 파일의 암호화 여부가 맞지 않습니다`,
    };
  const month = months.find((day) => !/^(19[7-9]|20\d|21\d)\d-\d\d-01$/.test(day));
  if (month !== undefined)
    return { en: `${month} is no month of metrics`, ko: `${month} 값은 지표의 월이 아닙니다` };
  if (months.length > mostMonths)
    return { en: `it has ${months.length} months`, ko: `월이 ${months.length}개입니다` };
  return null;
}

function repeated(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}
