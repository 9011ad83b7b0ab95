import { Badge, Box, Button, Code, Group, useMatches } from '@mantine/core';
import { useState } from 'react';
import type { Validation } from '../../../shared/contract/datasets.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { ProblemText } from '../../components/problem-alert.tsx';
import { useText } from '../../i18n/use-text.ts';

type Problem = Validation['errors'][number];

interface ProblemsTableProps {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** How many were found besides. */
  readonly more?: number;
  /** How many there are of each code, listed or not; counted from the lists where left out. */
  readonly counts?: Validation['errorCounts'];
}

/** Rows beyond these would only make the page slow: the first ones say what to fix. */
const shown = 200;
/** Fewer are seen at a glance. */
const fewest = 6;

/** What is wrong in which file, and how to fix it. Of many, those of one code can be chosen. */
export function ProblemsTable({ errors, warnings, more = 0, counts = [] }: ProblemsTableProps) {
  const { t, format } = useText();
  const all = [
    ...errors.map((problem, number) => ({ problem, key: `error ${number}`, severity: 'error' as const })),
    ...warnings.map((problem, number) => ({
      problem,
      key: `warning ${number}`,
      severity: 'warning' as const,
    })),
  ];
  const byCode = counts.length > 0 ? counts : countsOf(all.map(({ problem }) => problem));
  const [code, setCode] = useState<string | null>(null);
  // What was chosen of another report may be none of this one's.
  const chosen = byCode.find((one) => one.code === code) ?? null;
  const rows = chosen ? all.filter(({ problem }) => problem.code === chosen.code) : all;
  const listed = rows.slice(0, shown);
  const total = chosen ? Math.max(chosen.count, rows.length) : all.length + more;
  const unseen = total - listed.length;
  // Where three columns have no room, the place stands above what is wrong there.
  const isNarrow = useMatches({ base: true, sm: false });
  const place = [
    t('artifacts.name'),
    ({ problem }: (typeof all)[number]) => <Place problem={problem} />,
    { className: 'mono', w: 190 },
  ] as const;
  return (
    <div className="surface">
      {byCode.length > 1 && all.length + more > fewest && (
        <Codes counts={byCode} chosen={chosen?.code ?? null} onChoose={setCode} />
      )}
      <DataTable
        minWidth={0}
        maxHeight={320}
        top
        rows={listed}
        rowKey={({ key }) => key}
        columns={[
          [
            t('artifacts.kind'),
            ({ severity }) => (
              <Badge color={severity === 'error' ? 'red' : 'yellow'} variant="light" size="sm" tt="none">
                {t(`doctor.severity.${severity}`)}
              </Badge>
            ),
            { w: 90 },
          ],
          ...(isNarrow ? [] : [place]),
          [
            t('problems.whatAndFix'),
            ({ problem }) => (
              <>
                {isNarrow && (
                  <Box className="mono muted">
                    <Place problem={problem} />
                  </Box>
                )}
                <ProblemText problem={problem} />
                <Code fz={11}>{problem.code}</Code>
              </>
            ),
          ],
        ]}
      />
      {unseen > 0 && (
        <Note p="sm">{t('problems.more', { count: unseen, formatted: format.number(unseen) })}</Note>
      )}
    </div>
  );
}

/** The file, and the line in it where there is one: as editors open it. */
function Place({ problem: { path, line } }: { readonly problem: Problem }) {
  const place = line === undefined ? path : `${path}:${line}`;
  return <span style={{ overflowWrap: 'anywhere' }}>{place || '–'}</span>;
}

function countsOf(problems: readonly Problem[]): { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((one, other) => other.count - one.count);
}

interface CodesProps {
  readonly counts: Validation['errorCounts'];
  /** Null: all. */
  readonly chosen: string | null;
  readonly onChoose: (code: string | null) => void;
}

/** How many problems there are of each code; pressing one shows only those. */
function Codes({ counts, chosen, onChoose }: CodesProps) {
  const { t, format } = useText();
  return (
    <Group gap={6} p="10px 12px" role="group" aria-label={t('problems.byCode')}>
      {counts.map(({ code, count }) => (
        <Button
          key={code}
          size="compact-xs"
          variant={chosen === code ? 'light' : 'default'}
          aria-pressed={chosen === code}
          onClick={() => onChoose(chosen === code ? null : code)}
          rightSection={<span className="tabular">{format.number(count)}</span>}
        >
          {code}
        </Button>
      ))}
    </Group>
  );
}
