import { Button, Group, Loader } from '@mantine/core';
import { IconPlayerPlay, IconPlugConnectedX, IconStack2 } from '@tabler/icons-react';
import { useText } from '../../i18n/use-text.ts';
import { toProblem } from '../../rpc/problem.ts';
import { EmptyState } from '../empty-state.tsx';
import { LinkButton } from '../links.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { CauseAlert } from './cause-alert.tsx';
import { useStack, useStackVerb } from './stack.ts';

const Wait = () => <Loader size={20} aria-hidden />;

/** Stands where the stores of the profile in use are not there: why, the button that starts them, and that nothing else is to be done. */
export function StoresAway({ reason }: { readonly reason: Error }) {
  const { t } = useText();
  const stack = useStack();
  const verb = useStackVerb();
  const { data } = stack;
  const toStack = (
    <LinkButton to="/stack" variant="default" leftSection={<IconStack2 size={16} aria-hidden />}>
      {t('shortcuts.stack')}
    </LinkButton>
  );
  const ours = data?.profile === 'docker';
  const under = data?.operation?.status === 'running' ? data.operation.verb : null;
  const starting = ours && (under === 'up' || under === 'restart' || data.status === 'starting');
  const opening = toProblem(reason).code === 'STORES_STARTING';
  if (starting || under === 'migrate' || opening) {
    const what = starting ? 'starting' : under === 'migrate' ? 'migrating' : 'opening';
    const hint = what === 'migrating' ? t('away.migratingHint') : t('away.startingHint');
    const action = what === 'opening' ? null : toStack;
    return <EmptyState icon={Wait} title={t(`away.${what}`)} hint={hint} action={action} />;
  }
  if (ours && (data.status === 'stopped' || data.status === 'absent' || data.status === 'stopping')) {
    return (
      <>
        {verb.error && <ProblemAlert error={verb.error} />}
        <EmptyState
          icon={IconStack2}
          title={t('away.stopped')}
          hint={t('away.stoppedHint')}
          action={
            <Group gap="xs" justify="center">
              <Button
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                loading={verb.isPending}
                disabled={under !== null}
                onClick={() => verb.mutate({ verb: 'up', services: [] })}
              >
                {t('stack.startOne', { name: t('stack.itself') })}
              </Button>
              {toStack}
            </Group>
          }
        />
      </>
    );
  }
  const cause = stack.error ?? reason;
  return (
    <>
      <EmptyState
        icon={IconPlugConnectedX}
        title={t('away.failed')}
        hint={t('away.startingHint')}
        action={toStack}
      />
      <div style={{ height: 16 }} />
      <CauseAlert cause={toProblem(cause)} />
    </>
  );
}
