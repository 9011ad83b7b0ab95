import { Option } from 'commander';
import { type Command, integer } from './define.ts';
import { translate } from './language.ts';

/** How much of a list a person wants. */
export interface ListLimit {
  readonly limit: number;
  readonly all?: true;
}

/** The options of a list that is read by pages. */
export function addLimit(command: Command): Command {
  return command
    .flag('--limit <number>', 'at most so many', '최대 개수', integer(1), 100)
    .addOption(
      new Option('--all', translate('all of them, however many there are', '개수와 관계없이 모두')).conflicts(
        'limit',
      ),
    );
}

/** As many as a request is answered with. */
const largestPage = 500;

interface PageAnswer {
  readonly next: string | null;
  readonly total: number | null;
}

/**
 * The beginning of a list, or all of it, page by page.
 * @param ask reads the page after a place
 * @returns the items, and how many there are in all
 */
export async function readList<Answer extends PageAnswer, Item>(
  { limit, all }: ListLimit,
  ask: (page: { after?: string; limit: number }) => Promise<Answer>,
  itemsOf: (answer: Answer) => readonly Item[],
): Promise<{ items: Item[]; total: number }> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit;
  const items: Item[] = [];
  let total: number | null = null;
  for (let after: string | null | undefined; after !== null && items.length < wanted; ) {
    const page = { limit: Math.min(largestPage, wanted - items.length) };
    const answer: Answer = await ask(after === undefined ? page : { ...page, after });
    items.push(...itemsOf(answer));
    total ??= answer.total;
    after = answer.next;
  }
  return { items, total: total ?? items.length };
}

/** A table of a list, with how many more there are. */
export function withRest(table: string, shown: number, total: number): string {
  if (shown >= total) return table;
  const more = translate(
    `${shown} of ${total}; --limit shows more, --all shows all.`,
    `${total}개 중 ${shown}개. --limit으로 더, --all로 모두 볼 수 있습니다.`,
  );
  return `${table}\n${more}`;
}
