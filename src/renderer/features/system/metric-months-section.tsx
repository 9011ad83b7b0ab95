import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { MetricMonthsView } from '../../../shared/contract/database.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import classes from './database-section.module.css';

type Month = MetricMonthsView['months'][number];

/** How many months can be chosen here; the command line takes any number. */
const choices = [1, 3, 6, 12, 24, 36, 60];

/** The months in which metrics lie, and how many of them stay. */
export function MetricMonthsSection() {
  const { t } = useText();
  const list = useQuery(queries.database.months.queryOptions());
  const { data } = list;
  return (
    <Section title={t('database.months')}>
      <Stack gap="sm">
        {list.error && <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />}
        {data && <Kept keepMonths={data.keepMonths} />}
        {data && data.months.length > 0 && (
          <div className="surface divided" style={{ padding: '4px 18px' }}>
            {data.months.map((month) => (
              <MonthRow key={`${month.month} ${month.state}`} month={month} />
            ))}
          </div>
        )}
      </Stack>
    </Section>
  );
}

function Kept({ keepMonths }: { readonly keepMonths: number | null }) {
  const { t } = useText();
  const [isOpened, dialog] = useDisclosure(false);
  const [chosen, choose] = useState<string>('all');
  const open = () => {
    choose(keepMonths === null ? 'all' : String(keepMonths));
    dialog.open();
  };
  const numbers = [...new Set([...choices, ...(keepMonths === null ? [] : [keepMonths])])].toSorted(
    (a, b) => a - b,
  );
  const data = [
    { value: 'all', label: t('database.all') },
    ...numbers.map((count) => ({ value: String(count), label: t('database.monthCount', { count }) })),
  ];
  return (
    <Group gap="sm">
      <Text size="sm" role="status">
        {keepMonths === null ? t('database.keepAll') : t('database.keepSome', { count: keepMonths })}
      </Text>
      <Button size="compact-sm" variant="default" onClick={open}>
        {t('database.keep')}
      </Button>
      <ConfirmDialog
        opened={isOpened}
        onClose={dialog.close}
        title={t('database.keepTitle')}
        text={
          <Stack gap="sm">
            {t('database.keepHint')}
            <Select
              label={t('database.keepLabel')}
              data={data}
              value={chosen}
              allowDeselect={false}
              onChange={(value) => choose(value ?? 'all')}
            />
          </Stack>
        }
        action={t('common.save')}
        send={(_nothing, options) =>
          engine.database.keep({ months: chosen === 'all' ? null : Number(chosen) }, options)
        }
        refresh={queries.database.months.key()}
      />
    </Group>
  );
}

function MonthRow({ month: { month, state, bytes, points } }: { readonly month: Month }) {
  const { t, format } = useText();
  const isOver = month < new Date().toISOString().slice(0, 7);
  return (
    <div className={classes.row}>
      <Text component="span" size="sm">
        <span className="mono">{month}</span>
        <Text component="span" size="sm" c="dimmed" ml={10}>
          {t(state === 'attached' ? 'database.attached' : 'database.detached')}
        </Text>
      </Text>
      <Text component="span" size="sm" c="dimmed">
        {format.bytes(bytes)}
        {points !== null && ` · ${t('database.points', { count: points, formatted: format.number(points) })}`}
      </Text>
      <div className={classes.actions}>
        {state === 'attached' && isOver && <Act kind="detach" month={month} bytes={bytes} />}
        {state === 'detached' && <Act kind="attach" month={month} bytes={bytes} />}
        {state === 'detached' && <Act kind="drop" month={month} bytes={bytes} />}
      </div>
    </div>
  );
}

interface ActProps {
  readonly kind: 'detach' | 'attach' | 'drop';
  readonly month: string;
  readonly bytes: number;
}

/** A button that asks before. */
function Act({ kind, month, bytes }: ActProps) {
  const { t, format } = useText();
  const [isOpened, dialog] = useDisclosure(false);
  const action = kind === 'drop' ? t('common.delete') : t(`database.${kind}`);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t(`database.${kind}Of`, { month })}
        onClick={dialog.open}
      >
        {action}
      </Button>
      <ConfirmDialog
        opened={isOpened}
        onClose={dialog.close}
        title={t(`database.${kind}Title`, { month })}
        text={t(`database.${kind}Hint`, { size: format.bytes(bytes) })}
        action={action}
        dangerous={kind === 'drop'}
        send={(_nothing, options) => engine.database[kind]({ month }, options)}
        refresh={queries.database.months.key()}
      />
    </>
  );
}
