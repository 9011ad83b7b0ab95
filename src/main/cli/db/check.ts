import { driftLosses, driftSentence } from '../../../shared/format/drift.ts';
import type { OtherCollation } from '../../postgres/collations.ts';
import type { SchemaCheck } from '../../postgres/schema/schema-service.ts';
import type { DocumentsDrift } from '../../stores/documents/mongo/drift.ts';
import type { Command } from '../lib/define.ts';
import { language, translate } from '../lib/language.ts';
import { styled, writeResult } from '../lib/output.ts';
import { type AtDatabase, type DatabaseOptions, defineAtDatabase, withDatabase } from './at-database.ts';

type Drift = SchemaCheck['drift'][number] | DocumentsDrift;

type Checked = Omit<SchemaCheck, 'drift'> & { readonly collations: readonly OtherCollation[] };

const describe = (drift: Drift) => driftSentence(drift)[language];

/** @param drift in an order in which the commands can be run */
function report(
  { revision, head, pending, edited, ok, collations }: Checked,
  drift: readonly Drift[],
): string {
  const [lost, rounded] = [driftLosses.lost, driftLosses.rounded].map((one) => `-- ${one[language]}`);
  const lines = [
    ...edited.map((one) =>
      translate(
        `The revision ${one} was edited after it was applied. Restore its file.`,
        `리비전 ${one}: 적용된 뒤에 파일이 바뀌었습니다. 파일을 되돌리세요.`,
      ),
    ),
    ...drift.flatMap((one) => [
      describe(one),
      ...(one.losesData ? [styled('yellow', `  ${one.change === 'changed' ? rounded : lost}`)] : []),
      ...one.commands.map((command) => styled('dim', `${command};`.replaceAll(/^/gm, '  '))),
    ]),
    ...(ok
      ? [
          translate(
            `The database is as its revisions made it (${revision ?? 'base'}).`,
            `데이터베이스는 리비전대로입니다(${revision ?? 'base'}).`,
          ),
        ]
      : []),
    ...collations.map(({ name, recorded, actual }) => {
      const what =
        name === null
          ? translate("The database's collation", '데이터베이스 콜레이션')
          : translate(`The collation ${name}`, `콜레이션 ${name}`);
      return translate(
        `${what} was of version ${recorded} when the indexes were made, and is of version ${actual} at the server: "trainyard upgrade apply" makes them anew.`,
        `${what}의 버전이 인덱스를 만들 때는 ${recorded}, 지금 서버에서는 ${actual}입니다. "trainyard upgrade apply"로 인덱스를 다시 만드세요.`,
      );
    }),
    ...(pending.length > 0
      ? [
          translate(
            `Up to ${head} there are ${pending.length} to go: db upgrade.`,
            `${head}까지 ${pending.length}개가 남았습니다: db upgrade.`,
          ),
        ]
      : []),
  ];
  return lines.join('\n');
}

/** The relational schema, and MongoDB's collections where the profile has one. */
async function checkAll({ schema, mongo }: AtDatabase): Promise<Checked & { drift: readonly Drift[] }> {
  const { drift, ok, ...checked } = await schema.check();
  const state = { ...checked, collations: await schema.collations() };
  if (!mongo) return { ok, drift, ...state };
  const { checkMongo } = await import('../../stores/documents/mongo/drift.ts');
  const documents = await checkMongo(mongo);
  return { ok: ok && documents.length === 0, drift: [...drift, ...documents], ...state };
}

export function defineCheck(group: Command): void {
  defineAtDatabase(group, {
    usage: 'check',
    english:
      "compare the database with what its revisions make of an empty one, and MongoDB's collections with what is declared, and name the commands that put it right (SQL; mongosh); exit code 1 where it differs",
    korean:
      '빈 데이터베이스에 리비전을 적용한 것과, MongoDB 컬렉션을 선언과 비교하고, 바로잡을 명령(SQL, mongosh)을 알려 줍니다. 다르면 종료 코드가 1입니다',
    examples: ['db check', 'db check --json'],
    json: '{"ok", "drift": [{"kind", "name", "change", "message", "expected", "found", "commands", "losesData"}], "collations": [{"name", "recorded", "actual"}], "revision", "head", "pending", "edited"}',
  }).perform<DatabaseOptions>(async (options) => {
    const { drift, ...state } = await withDatabase(options, checkAll);
    const described = drift.map((one) => ({ ...one, message: describe(one) }));
    await writeResult(options, { ...state, drift: described }, () => report(state, drift));
    return state.ok ? 0 : 1;
  });
}
