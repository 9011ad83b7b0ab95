import type { Bilingual } from '../errors/entry.ts';
import type { driftChanges, driftKinds } from '../model/drift.ts';

type Kind = (typeof driftKinds)[number];

const kinds: Readonly<Record<Kind, Bilingual>> = {
  table: { en: 'table', ko: '테이블' },
  sequence: { en: 'sequence', ko: '시퀀스' },
  function: { en: 'function', ko: '함수' },
  column: { en: 'column', ko: '열' },
  constraint: { en: 'constraint', ko: '제약 조건' },
  index: { en: 'index', ko: '인덱스' },
  trigger: { en: 'trigger', ko: '트리거' },
  policy: { en: 'policy', ko: '행 보안 정책' },
  rule: { en: 'rule', ko: '규칙' },
  partition: { en: 'partition', ko: '파티션' },
  collection: { en: 'collection', ko: 'MongoDB 컬렉션' },
  validator: { en: 'validator of the collection', ko: 'MongoDB 유효성 규칙' },
  'collection index': { en: 'index of MongoDB', ko: 'MongoDB 인덱스' },
};

/** What differs in a database from what it should be. */
interface DescribedDrift {
  readonly kind: Kind;
  readonly name: string;
  readonly change: (typeof driftChanges)[number];
  readonly expected: string | null;
  readonly found: string | null;
}

/** A difference in a sentence. */
export function driftSentence({ kind, name, change, expected, found }: DescribedDrift): Bilingual {
  const [here, there] = [found ?? '–', expected ?? '–'];
  const [en, ko] = [`The ${kinds[kind].en} ${name}`, `${kinds[kind].ko} ${name}`];
  switch (change) {
    case 'missing':
      return { en: `${en} is missing.`, ko: `${ko}: 없습니다.` };
    case 'added':
      return { en: `${en} was added: no revision has it.`, ko: `${ko}: 리비전에 없는데 추가되었습니다.` };
    case 'renamed':
      return {
        en: `${en} was renamed: it is called ${here}.`,
        ko: `${ko}: 이름이 바뀌었습니다. 지금 이름은 ${here}입니다.`,
      };
    case 'behind':
      return {
        en: `${en} stands at ${here}, and a row has ${there} already.`,
        ko: `${ko}: ${here}에 있는데 이미 ${there}인 행이 있습니다.`,
      };
    case 'detached':
      return { en: `${en} is a table of its own.`, ko: `${ko}: 파티션에서 떨어져 나와 있습니다.` };
    case 'changed':
      return here === ''
        ? { en: `${en} has another body.`, ko: `${ko}: 본문이 다릅니다.` }
        : {
            en: `${en} was changed: it has ${here}; by the revisions it has ${there}.`,
            ko: `${ko}: 바뀌었습니다. 지금은 ${here}, 리비전에서는 ${there}.`,
          };
  }
}

/** What the commands that repair a difference take away. */
export const driftLosses = {
  lost: { en: 'Repairing it loses the data in it.', ko: '바로잡으면 안에 든 데이터가 사라집니다.' },
  rounded: { en: 'Repairing it rounds the values in it.', ko: '바로잡으면 안에 든 값이 반올림됩니다.' },
} as const satisfies Readonly<Record<string, Bilingual>>;
